import {
  BLOB_BYTES_CEILING,
  BLOB_NAME_LENGTH_MAX,
  BLOB_TOKEN_LENGTH_MAX,
  MEDIA_TYPE_LENGTH_MAX,
} from '@fleetlm/protocol';
import { type LimitRow, limitRows } from '@fleetlm/protocol/reference';
import { DOWNLOADS_MAX, UPLOAD_IDLE_MS, UPLOAD_MS } from '../gateway/limits.ts';
import {
  AGENT_INLINE_BYTES_MAX,
  BLOB_PIECE_BYTES_MAX,
  BLOB_TRANSFER_IDLE_MS,
  BLOB_TRANSFERS_MAX,
  BLOBS_LISTED_MAX,
  BLOBS_PER_USER_MAX,
  SCAN_ANSWER_BYTES_MAX,
  UPLOADS_MAX,
  UPLOADS_PER_USER_MAX,
} from '../limits.ts';
import { FOLDER } from './folder.ts';

const INVALID = '`422 invalid_request`, which names the field';
const SCHEMAS = 'packages/protocol/src/sessions/blobs.ts';
const SERVICE = 'blobs/blob-service.ts';
const SLOTS =
  'blobs/blob-service.test.ts > as many uploads of %s as may be run at once, and one more is refused';
const TRANSFERS =
  'blobs/incoming-blobs.test.ts > as many transfers as there may be are received, one more is refused until one is idle';

/** Of files: uploads, downloads, and copies between nodes. */
export const BLOB_ROWS: readonly LimitRow[] = limitRows('Files', FOLDER, [
  {
    input: 'size of a file, whatever `BLOB_BYTES_MAX` of the node says',
    limit: { BLOB_BYTES_CEILING },
    unit: 'bytes',
    in: SCHEMAS,
    answer: '`422 invalid_request`; beyond `BLOB_BYTES_MAX` of the node `413 payload_too_large`',
    test: 'boundary',
  },
  {
    input: 'name of a file',
    limit: { BLOB_NAME_LENGTH_MAX },
    unit: 'characters',
    in: SCHEMAS,
    answer: INVALID,
    test: 'boundary',
  },
  {
    input: 'media type of a file',
    limit: { MEDIA_TYPE_LENGTH_MAX },
    unit: 'characters',
    in: SCHEMAS,
    answer: INVALID,
    test: 'boundary',
  },
  {
    input: 'token of a signed link',
    limit: { BLOB_TOKEN_LENGTH_MAX },
    unit: 'characters',
    in: SCHEMAS,
    answer: INVALID,
    test: 'boundary',
  },
  {
    input: 'files of one user',
    limit: { BLOBS_PER_USER_MAX },
    unit: 'entries',
    in: SERVICE,
    answer: '`409 conflict`',
    test: 'blobs/blob-service.test.ts > one user has as many files as the limit says, and no more',
  },
  {
    input: 'uploads that a node receives at once',
    limit: { UPLOADS_MAX },
    unit: 'entries',
    in: 'blobs/upload-slots.ts',
    answer: '`503 overloaded`',
    test: SLOTS,
  },
  {
    input: 'uploads of one user that a node receives at once',
    limit: { UPLOADS_PER_USER_MAX },
    unit: 'entries',
    in: 'blobs/upload-slots.ts',
    answer: '`429 rate_limited`',
    test: SLOTS,
  },
  {
    input: 'time for an upload',
    limit: { UPLOAD_MS },
    unit: 'ms',
    in: 'gateway/http-listener.ts',
    answer: '`408`, and the connection is closed',
    test: 'gateway/edge-limits.test.ts > a listener has the limits of connections',
  },
  {
    input: 'time in which an upload brings nothing',
    limit: { UPLOAD_IDLE_MS },
    unit: 'ms',
    in: 'gateway/files/rest-blobs.ts',
    answer: '`408`, and the connection is closed',
    test: 'blobs/receive-body.test.ts > a body that %s is refused',
  },
  {
    input: 'files that a node sends at once',
    limit: { DOWNLOADS_MAX },
    unit: 'entries',
    in: 'gateway/files/rest-blobs.ts',
    answer: '`503 overloaded`',
    test: 'gateway/files/rest-blobs.test.ts > as many files as a node sends are sent at once, and one more is refused',
  },
  {
    input: 'files inside of one call to an agent that can not read from an address',
    limit: { AGENT_INLINE_BYTES_MAX },
    unit: 'bytes',
    in: 'blobs/agent-files.ts',
    answer: 'older and larger ones are sent as addresses',
    test: 'blobs/agent-files.test.ts > as much is sent inside of a call as fits, and the rest by address',
  },
  {
    input: 'verdict of a scanner',
    limit: { SCAN_ANSWER_BYTES_MAX },
    unit: 'bytes',
    in: 'blobs/scanner.ts',
    answer: 'no verdict: the upload is refused as `503 overloaded`',
    test: 'blobs/blob-service.test.ts > nothing goes past a scanner that %s',
  },
  {
    input: 'piece of a file between two nodes',
    limit: { BLOB_PIECE_BYTES_MAX },
    unit: 'bytes',
    in: 'operations/operations.ts',
    answer: 'not understood',
    test: 'boundary',
  },
  {
    input: 'files that other nodes are sending to one',
    limit: { BLOB_TRANSFERS_MAX },
    unit: 'entries',
    in: 'blobs/incoming-blobs.ts',
    answer: 'refused: the upload succeeds with the other nodes, or is refused as `503 no_quorum`',
    test: TRANSFERS,
  },
  {
    input: 'time in which a copy between nodes brings nothing',
    limit: { BLOB_TRANSFER_IDLE_MS },
    unit: 'ms',
    in: 'blobs/incoming-blobs.ts',
    answer: 'given up, and begun anew',
    test: TRANSFERS,
  },
  {
    input: 'files in one list between nodes',
    limit: { BLOBS_LISTED_MAX },
    unit: 'entries',
    in: 'operations/operations.ts',
    answer: 'further ones come with the next list',
    test: 'blobs/local-blobs.test.ts > files are listed page by page, and go with their conversation',
  },
]);
