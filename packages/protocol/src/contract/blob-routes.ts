import {
  blobAnswerSchema,
  blobLinkSchema,
  createBlobSchema,
  createdBlobSchema,
  signedQuerySchema,
} from '../sessions/blobs.ts';
import { route, UNAVAILABLE } from './route.ts';
import { BLOB_ID, BYTES, SESSION_ID } from './route-parts.ts';

/** Where files are sent to. A request to it may take longer than others: see the gateway's UPLOAD_MS. */
export const UPLOAD_PATH = '/api/uploads';
/** Where files are read from. */
export const DOWNLOAD_PATH = '/api/blobs';

/** Files of conversations: stored outside of the log, named by messages. */
export const BLOB_ROUTES = {
  createBlob: route({
    method: 'POST',
    path: '/api/sessions/:id/blobs',
    topic: 'Files',
    summary:
      'Begins the upload of a file to a conversation: answers where its bytes are to be sent. A message refers to it by `blob.url` once they are there; a file that no message refers to is deleted after a day.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    body: createBlobSchema,
    answers: [{ status: 201, description: 'to be uploaded', body: createdBlobSchema }],
    errors: ['conflict'],
  }),
  uploadBlob: route({
    method: 'PUT',
    path: UPLOAD_PATH,
    topic: 'Files',
    summary:
      'The bytes of a file, at the address that the call before answered. Answered once more than half of the nodes that hold the conversation have the file on disk, or the object store has it. Sent again after that, it is answered the same.',
    access: 'signed',
    query: signedQuerySchema,
    rawBody: BYTES,
    answers: [{ status: 200, description: 'stored', body: blobAnswerSchema }],
    errors: ['not_found', 'conflict', 'request_timeout', ...UNAVAILABLE],
  }),
  linkBlob: route({
    method: 'POST',
    path: '/api/sessions/:id/blobs/:blob/link',
    topic: 'Files',
    summary: 'Signs an address from which the file can be read for five minutes, without a token.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID, blob: BLOB_ID },
    answers: [{ status: 200, description: 'the address', body: blobLinkSchema }],
    errors: [],
  }),
  downloadBlob: route({
    method: 'GET',
    path: DOWNLOAD_PATH,
    topic: 'Files',
    summary:
      'The bytes of a file, at a signed address. A `Range` of bytes is answered with that part. Pictures, sound and films are shown by browsers; everything else is saved, and runs nowhere.',
    access: 'signed',
    query: signedQuerySchema,
    answers: [
      { status: 200, description: 'the file', body: BYTES },
      { status: 206, description: 'the part that `Range` names', body: BYTES },
      { status: 416, description: '`Range` begins beyond the end of the file' },
    ],
    errors: ['not_found', ...UNAVAILABLE],
  }),
  deleteBlob: route({
    method: 'DELETE',
    path: '/api/sessions/:id/blobs/:blob',
    topic: 'Files',
    summary:
      'Deletes a file. Messages that refer to it stay, and have nothing to show for it. Deleting one that is gone is no error.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID, blob: BLOB_ID },
    answers: [{ status: 204, description: 'deleted' }],
    errors: [],
  }),
} as const;
