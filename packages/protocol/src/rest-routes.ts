import * as z from 'zod';
import {
  adminAcceptedSchema,
  clusterSnapshotSchema,
  groupAnswerSchema,
  groupNumberSchema,
  transferGroupSchema,
} from './admin.ts';
import {
  agentAnswerSchema,
  agentsAnswerSchema,
  agentsQuerySchema,
  createAgentSchema,
  rotatedSecretSchema,
  rotateSecretSchema,
  updateAgentSchema,
} from './agents.ts';
import { CHAT_ROUTES } from './chat-routes.ts';
import { DELIVERY_ROUTES } from './delivery-routes.ts';
import type { ErrorCode } from './error-codes.ts';
import { HEALTH_ROUTES } from './health-routes.ts';
import { agentIdSchema, nodeIdSchema, sessionIdSchema } from './ids.ts';
import {
  messageAnswerSchema,
  messagesAnswerSchema,
  messagesQuerySchema,
  postMessageSchema,
} from './messages.ts';
import { METRICS_ROUTES } from './metrics.ts';
import { OPERATION_ROUTES } from './operation-routes.ts';
import { SEARCH_ROUTES } from './search.ts';
import {
  createSessionSchema,
  markReadSchema,
  sessionAnswerSchema,
  sessionsAnswerSchema,
  sessionsQuerySchema,
  updateSessionSchema,
} from './sessions.ts';

/** Who may make a call. `user`: for itself and its own sessions; the API key for everybody. */
export type RestAccess = 'anyone' | 'user' | 'operator';

export interface RestAnswer {
  readonly status: number;
  readonly description: string;
  /** A JSON body by its schema, a body of another media type, or none. */
  readonly body?: z.ZodType | { readonly mediaType: string };
}

export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As the router has it: parameters begin with a colon. */
  readonly path: string;
  readonly topic:
    | 'Agents'
    | 'Deliveries'
    | 'Sessions'
    | 'Messages'
    | 'Answers'
    | 'Chat'
    | 'Health'
    | 'Operators';
  readonly summary: string;
  readonly access: RestAccess;
  /** What `:id` is. */
  readonly id?: z.ZodType;
  /** What its further parameters are. */
  readonly params?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly answers: readonly RestAnswer[];
  /** Beside `unauthenticated` and `rate_limited`, which every call under /api may have. */
  readonly errors: readonly ErrorCode[];
}

/** Of calls that the group's quorum decides. */
const QUORUM = ['no_quorum', 'timeout', 'overloaded'] as const satisfies readonly ErrorCode[];
/** A session that has left memory is brought back from the archive before anything is written to it. */
const WRITE = ['archive_unavailable', ...QUORUM] as const satisfies readonly ErrorCode[];
const OPERATOR = ['forbidden', ...QUORUM] as const satisfies readonly ErrorCode[];

const acceptedSchema = z.strictObject({ accepted: z.literal(true) });
const eventStream = { mediaType: 'text/event-stream' };

const AGENT_ROUTES: readonly RestRoute[] = [
  {
    method: 'POST',
    path: '/api/agents',
    topic: 'Agents',
    summary: 'Registers an agent. Its signing secret is in this answer and never again.',
    access: 'operator',
    body: createAgentSchema,
    answers: [{ status: 201, description: 'registered', body: agentAnswerSchema }],
    errors: ['invalid_request', 'conflict', ...OPERATOR],
  },
  {
    method: 'GET',
    path: '/api/agents',
    topic: 'Agents',
    summary: 'All agents, in the order of their registration.',
    access: 'operator',
    query: agentsQuerySchema,
    answers: [{ status: 200, description: 'the agents', body: agentsAnswerSchema }],
    errors: ['invalid_request', ...OPERATOR],
  },
  {
    method: 'GET',
    path: '/api/agents/:id',
    topic: 'Agents',
    summary: 'One agent.',
    access: 'operator',
    id: agentIdSchema,
    answers: [{ status: 200, description: 'the agent', body: agentAnswerSchema }],
    errors: ['not_found', ...OPERATOR],
  },
  ...(['PATCH', 'PUT'] as const).map(
    (method): RestRoute => ({
      method,
      path: '/api/agents/:id',
      topic: 'Agents',
      summary: 'Changes the fields that are given; the others stay. PATCH and PUT are the same.',
      access: 'operator',
      id: agentIdSchema,
      body: updateAgentSchema,
      answers: [{ status: 200, description: 'the changed agent', body: agentAnswerSchema }],
      errors: ['invalid_request', 'not_found', ...OPERATOR],
    }),
  ),
  {
    method: 'POST',
    path: '/api/agents/:id/secret/rotate',
    topic: 'Agents',
    summary:
      'Makes a new signing secret, which is in this answer and never again. Until the overlap ends, calls carry both signatures.',
    access: 'operator',
    id: agentIdSchema,
    body: rotateSecretSchema,
    answers: [{ status: 200, description: 'the new secret', body: rotatedSecretSchema }],
    errors: ['invalid_request', 'not_found', ...OPERATOR],
  },
  {
    method: 'DELETE',
    path: '/api/agents/:id',
    topic: 'Agents',
    summary: 'Disables an agent: it is not called any more. Its sessions stay.',
    access: 'operator',
    id: agentIdSchema,
    answers: [{ status: 200, description: 'the disabled agent', body: agentAnswerSchema }],
    errors: ['not_found', ...OPERATOR],
  },
];

const SESSION_ROUTES: readonly RestRoute[] = [
  {
    method: 'POST',
    path: '/api/sessions',
    topic: 'Sessions',
    summary: 'Begins a conversation of a user with an agent.',
    access: 'user',
    body: createSessionSchema,
    answers: [{ status: 201, description: 'begun', body: sessionAnswerSchema }],
    errors: ['invalid_request', 'forbidden', 'not_found', ...QUORUM],
  },
  {
    method: 'GET',
    path: '/api/sessions',
    topic: 'Sessions',
    summary: "A user's conversations, newest activity first.",
    access: 'user',
    query: sessionsQuerySchema,
    answers: [{ status: 200, description: 'a page of them', body: sessionsAnswerSchema }],
    errors: ['invalid_request', 'forbidden', ...QUORUM],
  },
  {
    method: 'GET',
    path: '/api/sessions/:id',
    topic: 'Sessions',
    summary: 'One conversation.',
    access: 'user',
    id: sessionIdSchema,
    answers: [{ status: 200, description: 'the session', body: sessionAnswerSchema }],
    errors: ['not_found', ...QUORUM],
  },
  {
    method: 'PATCH',
    path: '/api/sessions/:id',
    topic: 'Sessions',
    summary:
      'Replaces the metadata (`title` in it names the conversation), archives, or brings back.',
    access: 'user',
    id: sessionIdSchema,
    body: updateSessionSchema,
    answers: [{ status: 200, description: 'the session', body: sessionAnswerSchema }],
    errors: ['invalid_request', 'not_found', ...WRITE],
  },
  {
    method: 'DELETE',
    path: '/api/sessions/:id',
    topic: 'Sessions',
    summary: 'Archives a conversation: no new messages, the history stays readable.',
    access: 'user',
    id: sessionIdSchema,
    answers: [{ status: 204, description: 'archived' }],
    errors: ['not_found', ...WRITE],
  },
  {
    method: 'POST',
    path: '/api/sessions/:id/erase',
    topic: 'Sessions',
    summary:
      'Erases a conversation for good: messages, metadata, answers and deliveries, also from the archive. Its id stays taken.',
    access: 'user',
    id: sessionIdSchema,
    answers: [{ status: 204, description: 'erased' }],
    errors: ['not_found', ...WRITE],
  },
  {
    method: 'POST',
    path: '/api/sessions/:id/read',
    topic: 'Sessions',
    summary: 'Moves the read cursor. It never goes back.',
    access: 'user',
    id: sessionIdSchema,
    body: markReadSchema,
    answers: [{ status: 200, description: 'the session', body: sessionAnswerSchema }],
    errors: ['invalid_request', 'forbidden', 'not_found', ...WRITE],
  },
];

const MESSAGE_ROUTES: readonly RestRoute[] = [
  {
    method: 'POST',
    path: '/api/sessions/:id/messages',
    topic: 'Messages',
    summary:
      'Appends a message, of the user or (with the API key) of the agent. Answered once a quorum has it on disk. With a `client_message_id` it may be sent again at will.',
    access: 'user',
    id: sessionIdSchema,
    body: postMessageSchema,
    answers: [
      { status: 201, description: 'appended', body: messageAnswerSchema },
      {
        status: 200,
        description: 'the `client_message_id` was seen: the message that was made of it then',
        body: messageAnswerSchema,
      },
    ],
    errors: [
      'invalid_request',
      'payload_too_large',
      'forbidden',
      'not_found',
      'conflict',
      ...WRITE,
    ],
  },
  {
    method: 'GET',
    path: '/api/sessions/:id/messages',
    topic: 'Messages',
    summary: 'A page of the history, ascending by seq and without gaps.',
    access: 'user',
    id: sessionIdSchema,
    query: messagesQuerySchema,
    answers: [{ status: 200, description: 'the page', body: messagesAnswerSchema }],
    errors: ['invalid_request', 'not_found', 'archive_unavailable', ...QUORUM],
  },
];

const ANSWER_ROUTES: readonly RestRoute[] = [
  {
    method: 'GET',
    path: '/api/sessions/:id/stream',
    topic: 'Answers',
    summary:
      'The answer in progress from its first chunk, and then live: an AI SDK UI message stream.',
    access: 'user',
    id: sessionIdSchema,
    answers: [
      { status: 200, description: 'the stream', body: eventStream },
      { status: 204, description: 'no answer is in progress' },
    ],
    errors: ['not_found', ...QUORUM],
  },
  {
    method: 'POST',
    path: '/api/sessions/:id/stop',
    topic: 'Answers',
    summary: 'Stops the answer in progress. What was said is kept.',
    access: 'user',
    id: sessionIdSchema,
    answers: [{ status: 202, description: 'accepted', body: acceptedSchema }],
    errors: ['not_found', 'conflict', ...QUORUM],
  },
  {
    method: 'POST',
    path: '/api/sessions/:id/retry',
    topic: 'Answers',
    summary: 'Calls the agent again for a message whose answer failed.',
    access: 'user',
    id: sessionIdSchema,
    answers: [{ status: 202, description: 'accepted', body: acceptedSchema }],
    errors: ['not_found', 'conflict', ...WRITE],
  },
];

const OPERATOR_ROUTES: readonly RestRoute[] = [
  {
    method: 'GET',
    path: '/api/admin/cluster',
    topic: 'Operators',
    summary: 'Nodes and groups, as this node knows them.',
    access: 'operator',
    answers: [{ status: 200, description: 'the cluster', body: clusterSnapshotSchema }],
    errors: ['forbidden'],
  },
  {
    method: 'GET',
    path: '/api/admin/groups/:id',
    topic: 'Operators',
    summary: 'One group.',
    access: 'operator',
    id: groupNumberSchema,
    answers: [{ status: 200, description: 'the group', body: groupAnswerSchema }],
    errors: ['invalid_request', 'forbidden', 'not_found'],
  },
  {
    method: 'POST',
    path: '/api/admin/nodes/:id/drain',
    topic: 'Operators',
    summary:
      'Begins the operation `drain`: leaders and replicas leave the node, then it may be stopped.',
    access: 'operator',
    id: nodeIdSchema,
    answers: [{ status: 202, description: 'accepted', body: acceptedSchema }],
    errors: ['not_found', ...OPERATOR],
  },
  {
    method: 'POST',
    path: '/api/admin/groups/:id/transfer',
    topic: 'Operators',
    summary: 'Hands the leadership of a group to another of its voters.',
    access: 'operator',
    id: groupNumberSchema,
    body: transferGroupSchema,
    answers: [{ status: 202, description: 'accepted', body: acceptedSchema }],
    errors: ['invalid_request', 'not_found', 'conflict', ...OPERATOR],
  },
  {
    method: 'POST',
    path: '/api/admin/groups/:id/snapshot',
    topic: 'Operators',
    summary:
      'Has the replica on this node save a snapshot, so that old segments of the log can go.',
    access: 'operator',
    id: groupNumberSchema,
    answers: [{ status: 202, description: 'accepted', body: acceptedSchema }],
    errors: ['invalid_request', 'not_found', ...OPERATOR],
  },
  {
    method: 'POST',
    path: '/api/admin/flush',
    topic: 'Operators',
    summary: 'Writes what is not in Postgres yet, now.',
    access: 'operator',
    answers: [{ status: 202, description: 'done', body: adminAcceptedSchema }],
    errors: ['archive_unavailable', ...OPERATOR],
  },
];

/**
 * Every call that a node answers. The reference is made from this table, and a test of the gateway compares it
 * with the routes that really are there.
 */
export const REST_ROUTES: readonly RestRoute[] = [
  ...SESSION_ROUTES,
  ...MESSAGE_ROUTES,
  ...SEARCH_ROUTES,
  ...ANSWER_ROUTES,
  ...CHAT_ROUTES,
  ...AGENT_ROUTES,
  ...DELIVERY_ROUTES,
  ...OPERATOR_ROUTES,
  ...OPERATION_ROUTES,
  ...METRICS_ROUTES,
  ...HEALTH_ROUTES,
];
