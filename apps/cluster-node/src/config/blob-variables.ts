import type * as z from 'zod';
import type { BlobSettings } from '../blobs/blob-settings.ts';
import { httpUrl, integer, list, text, variable } from './variable.ts';

const MIB = 1024 * 1024;

const TYPE = /^(?:\*\/\*|[a-z0-9][a-z0-9!#$&^_.+-]*\/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]*))$/;
const types = list.refine((all) => all.every((type) => TYPE.test(type)), {
  error: 'must be a list of media types apart by commas, such as image/*,application/pdf',
});
const origin = httpUrl.transform((value) => value.replace(/\/$/, ''));

/** Files of conversations. */
export const BLOB_VARIABLES = {
  PUBLIC_URL: variable(
    origin.optional(),
    'where agents reach the nodes, for the links to files that they are sent; this node at its own address without it',
    'PUBLIC_URL=https://chat.example.com',
  ),
  BLOB_BYTES_MAX: variable(
    integer(1, 999_999_999).default(25 * MIB),
    'how many bytes an uploaded file may have',
    'BLOB_BYTES_MAX=26214400',
  ),
  BLOB_USER_MIB_MAX: variable(
    integer(1, 999_999_999).default(1024),
    'how many MiB all files of one user may take',
    'BLOB_USER_MIB_MAX=1024',
  ),
  BLOB_TYPES: variable(
    types.default(['*/*']),
    'the media types of files that may be uploaded, apart by commas',
    'BLOB_TYPES=image/*,application/pdf',
  ),
  BLOB_SCAN_URL: variable(
    httpUrl.optional(),
    'your scanner, which every file is sent to before it can be used; files are not scanned without it',
    'BLOB_SCAN_URL=http://127.0.0.1:9000/scan',
  ),
  BLOB_SCAN_TIMEOUT_MS: variable(
    integer(100, 600_000).default(30_000),
    'how long the scanner is waited for, in milliseconds',
    'BLOB_SCAN_TIMEOUT_MS=30000',
  ),
  BLOB_ORPHAN_MS: variable(
    integer(1_000, 999_999_999).default(86_400_000),
    'how long a file is kept that no message refers to, in milliseconds',
    'BLOB_ORPHAN_MS=86400000',
  ),
  BLOB_SWEEP_MS: variable(
    integer(500, 86_400_000).default(3_600_000),
    'how often stored files are looked through for those that may go, and for those that are missing here, in milliseconds',
    'BLOB_SWEEP_MS=3600000',
  ),
  BLOB_S3_ENDPOINT: variable(
    origin.optional(),
    'an object store that speaks S3, with the bucket; files are on the disks of the nodes without it',
    'BLOB_S3_ENDPOINT=https://s3.eu-central-1.amazonaws.com/fleetlm-files',
  ),
  BLOB_S3_REGION: variable(
    text.min(1).default('auto'),
    'the region of the object store',
    'BLOB_S3_REGION=eu-central-1',
  ),
  BLOB_S3_ACCESS_KEY: variable(
    text.min(1).optional(),
    'the id of the key of the object store; needed with BLOB_S3_ENDPOINT',
    'BLOB_S3_ACCESS_KEY=AKIA...',
  ),
  BLOB_S3_SECRET_KEY: variable(
    text.min(1).optional(),
    'the secret of that key; needed with BLOB_S3_ENDPOINT',
    'BLOB_S3_SECRET_KEY=...',
  ),
} as const;

type BlobSchemas = {
  readonly [Name in keyof typeof BLOB_VARIABLES]: (typeof BLOB_VARIABLES)[Name]['schema'];
};
type BlobVariables = z.output<z.ZodObject<BlobSchemas>>;

/** Variables that are missing beside others. */
export function blobFaults(variables: BlobVariables): readonly (keyof BlobVariables)[] {
  const { BLOB_S3_ENDPOINT, BLOB_S3_ACCESS_KEY, BLOB_S3_SECRET_KEY } = variables;
  if (BLOB_S3_ENDPOINT === undefined) return [];
  return [
    ...(BLOB_S3_ACCESS_KEY === undefined ? (['BLOB_S3_ACCESS_KEY'] as const) : []),
    ...(BLOB_S3_SECRET_KEY === undefined ? (['BLOB_S3_SECRET_KEY'] as const) : []),
  ];
}

export function blobSettings(variables: BlobVariables): BlobSettings {
  const { BLOB_S3_ENDPOINT, BLOB_S3_REGION, BLOB_SCAN_URL } = variables;
  return {
    bytesMax: variables.BLOB_BYTES_MAX,
    userBytesMax: variables.BLOB_USER_MIB_MAX * MIB,
    types: variables.BLOB_TYPES,
    scan:
      BLOB_SCAN_URL === undefined
        ? null
        : { url: BLOB_SCAN_URL, timeoutMs: variables.BLOB_SCAN_TIMEOUT_MS },
    orphanMs: variables.BLOB_ORPHAN_MS,
    sweepMs: variables.BLOB_SWEEP_MS,
    s3:
      BLOB_S3_ENDPOINT === undefined
        ? null
        : {
            endpoint: BLOB_S3_ENDPOINT,
            region: BLOB_S3_REGION,
            accessKey: variables.BLOB_S3_ACCESS_KEY ?? '',
            secretKey: variables.BLOB_S3_SECRET_KEY ?? '',
          },
  };
}
