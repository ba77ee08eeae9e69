import * as z from 'zod';
import { userIdSchema } from '../ids.ts';
import {
  erasePersonSchema,
  exportOtherQuerySchema,
  exportQuerySchema,
  legalHoldsAnswerSchema,
  placeHoldSchema,
  privacyOperationAnswerSchema,
  privacyOperationsAnswerSchema,
} from '../privacy.ts';
import { formOf, nameOf, route, UNAVAILABLE } from './route.ts';

const USER_ID = formOf(userIdSchema);
const OPERATION_ID = nameOf(z.string(), (id) => `there is no operation ${id}`);

/** What is kept of a user: given out, erased, held. */
export const PRIVACY_ROUTES = {
  exportUser: route({
    method: 'GET',
    path: '/api/export',
    topic: 'Privacy',
    summary:
      'Everything of a user as one document: conversations with all messages, feedback, usage. As JSON, or as a page to read. One that is cut off was not exported: ask again.',
    access: 'user',
    owner: 'user',
    query: exportQuerySchema,
    answers: [
      { status: 200, description: 'the document', body: { mediaType: 'application/json' } },
    ],
    errors: ['archive_unavailable', 'not_found', ...UNAVAILABLE],
  }),
  exportOtherUser: route({
    method: 'GET',
    path: '/api/admin/privacy/export',
    topic: 'Privacy',
    summary: 'The same for an operator, of any user. Who asked for it is on record.',
    access: 'operator',
    query: exportOtherQuerySchema,
    answers: [
      { status: 200, description: 'the document', body: { mediaType: 'application/json' } },
    ],
    errors: ['archive_unavailable', 'not_found', ...UNAVAILABLE],
  }),
  startPrivacyOperation: route({
    method: 'POST',
    path: '/api/admin/privacy/operations',
    topic: 'Privacy',
    summary:
      'Erases everything of a user: every conversation as `POST /api/sessions/:id/erase` does it, feedback, and the name in usage. A `conflict` while their data is on legal hold, or being erased already.',
    access: 'operator',
    body: erasePersonSchema,
    answers: [{ status: 202, description: 'begun', body: privacyOperationAnswerSchema }],
    errors: ['conflict', 'archive_unavailable'],
  }),
  listPrivacyOperations: route({
    method: 'GET',
    path: '/api/admin/privacy/operations',
    topic: 'Privacy',
    summary:
      'Who exported or erased what, what retention erased, and how far it is: the newest 200.',
    access: 'operator',
    answers: [{ status: 200, description: 'newest first', body: privacyOperationsAnswerSchema }],
    errors: ['archive_unavailable'],
  }),
  getPrivacyOperation: route({
    method: 'GET',
    path: '/api/admin/privacy/operations/:id',
    topic: 'Privacy',
    summary: 'One of them.',
    access: 'operator',
    params: { id: OPERATION_ID },
    answers: [{ status: 200, description: 'the operation', body: privacyOperationAnswerSchema }],
    errors: ['archive_unavailable'],
  }),
  listLegalHolds: route({
    method: 'GET',
    path: '/api/admin/legal-holds',
    topic: 'Privacy',
    summary: 'Users whose data is on legal hold, and those whose holds were lifted.',
    access: 'operator',
    answers: [{ status: 200, description: 'newest first', body: legalHoldsAnswerSchema }],
    errors: ['no_quorum'],
  }),
  placeLegalHold: route({
    method: 'PUT',
    path: '/api/admin/legal-holds/:user_id',
    topic: 'Privacy',
    summary:
      'From now on nothing of the user is erased: not by the user, not by an operator, not by retention.',
    access: 'operator',
    params: { user_id: USER_ID },
    body: placeHoldSchema,
    answers: [{ status: 200, description: 'all holds', body: legalHoldsAnswerSchema }],
    errors: ['conflict', ...UNAVAILABLE],
  }),
  liftLegalHold: route({
    method: 'DELETE',
    path: '/api/admin/legal-holds/:user_id',
    topic: 'Privacy',
    summary: 'Ends a hold, also when there is none.',
    access: 'operator',
    params: { user_id: USER_ID },
    answers: [{ status: 200, description: 'all holds', body: legalHoldsAnswerSchema }],
    errors: ['conflict', ...UNAVAILABLE],
  }),
} as const;
