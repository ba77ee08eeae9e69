import {
  blobSizeSchema,
  createBlobSchema,
  mediaTypeSchema,
  signedQuerySchema,
} from '@fleetlm/protocol';
import { newKey, recordOf } from '../../blobs/testing/blobs.ts';
import { OPERATIONS } from '../../operations/operations.ts';
import { lengthOf } from './edge-probes.ts';
import { atMost, type Probes } from './probe.ts';

export const BLOB_PROBES: Probes = {
  'Files: size of a file, whatever `BLOB_BYTES_MAX` of the node says': atMost(
    (size) => blobSizeSchema.safeParse(size).success,
  ),
  'Files: name of a file': lengthOf(createBlobSchema.shape.name),
  'Files: media type of a file': atMost(
    (size) => mediaTypeSchema.safeParse(`a/${'b'.repeat(size - 'a/'.length)}`).success,
  ),
  'Files: token of a signed link': lengthOf(signedQuerySchema.shape.token),
  'Files: piece of a file between two nodes': atMost((size) => {
    const bytes = new Uint8Array(size);
    const transfer = '00000000-0000-4000-8000-000000000000';
    const piece = { transfer, key: newKey(), record: recordOf(bytes), offset: 0, bytes };
    const { request } = OPERATIONS['store-blob'];
    return request.safeParse({ type: 'store-blob', ...piece }).success;
  }),
};
