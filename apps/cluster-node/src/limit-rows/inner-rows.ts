import {
  CHECKPOINT_BYTES_MAX,
  CLIENT_MESSAGE_IDS_MAX,
  ERROR_LENGTH_MAX,
  ID_LENGTH_MAX,
  METADATA_BYTES_PER_USER_MAX,
  SESSIONS_PER_USER_MAX,
  WATERMARKS_MAX,
} from '@fleetlm/conversation';
import {
  FEEDBACK_EXPORT_LINES_MAX,
  FEEDBACK_OF_SESSION_MAX,
  PAGE_BYTES_MAX,
  USAGE_USERS_MAX,
} from '@fleetlm/protocol';
import { type LimitRow, limitRows } from '@fleetlm/protocol/reference';
import { HOST_LIMITS_DEFAULT } from '@fleetlm/raft/host';
import {
  HANDSHAKE_BYTES_MAX,
  LEARNED_ADDRESSES_MAX,
  PENDING_CALLS_MAX,
  PENDING_CALLS_PER_ADDRESS_MAX,
} from '@fleetlm/raft/mesh';
import {
  EARLY_CHUNKS_MAX,
  ANSWER_BYTES_MAX as KEPT_ANSWER,
  ANSWERS_MAX as KEPT_ANSWERS,
  ANSWERS_BYTES_MAX as KEPT_ANSWERS_BYTES,
} from '../effects/feed/live-answers.ts';
import { ARCHIVE_READS_MAX } from '../effects/flusher/archive-reads.ts';
import { BATCH_BYTES_MAX, BATCH_ROWS_MAX } from '../effects/flusher/flush-batch.ts';
import { SEARCHES_MAX } from '../effects/flusher/search-messages.ts';
import {
  INBOX_SESSIONS_MAX,
  JOIN_BYTES_MAX,
  JOIN_MESSAGES_MAX,
  JOIN_PENDING_BYTES_MAX,
  JOIN_PENDING_EVENTS_MAX,
} from '../gateway/limits.ts';
import {
  DISCOVERED_ADDRESSES_MAX,
  ENTRY_BYTES_MAX,
  MESH_FRAME_BYTES_MAX,
  MESH_QUEUE_BYTES_MAX,
  POSTGRES_CONNECTIONS,
  RECORD_CALLS_MAX,
  SEARCH_TEXT_LENGTH_MAX,
} from '../limits.ts';
import { AGENTS_BYTES_MAX, AGENTS_MAX } from '../membership/agent-registry.ts';
import { ADMITTED_MIN } from '../router/admission.ts';
import { CALLS_PER_PEER_MAX, SERVED_PER_PEER_MAX } from '../router/remote-calls.ts';
import { CALLS_MAX } from '../router/router.ts';
import { FOLDER } from './folder.ts';

const RAFT = 'packages/raft/src/';
const STATE = 'packages/conversation/src/';
const CONNECTIONS_TEST =
  'packages/database/src/archive-database.test.ts > opens no more connections than it may, and ends once';
const PARSE = `${STATE}commands/parse-command.ts`;
const DEFINITE = 'a refusal that every replica makes alike; nothing changes';

const conversations = limitRows('Conversations', FOLDER, [
  {
    input: 'sessions of one user',
    limit: { SESSIONS_PER_USER_MAX },
    unit: 'entries',
    in: `${STATE}commands/apply-session.ts`,
    answer: '`409 conflict`',
    test: `${STATE}commands/session-quota.test.ts > C13 is SESSIONS_PER_USER_MAX sessions; another user is not concerned`,
  },
  {
    input: 'metadata of all sessions of one user',
    limit: { METADATA_BYTES_PER_USER_MAX },
    unit: 'bytes',
    in: `${STATE}commands/apply-session.ts`,
    answer: '`409 conflict`',
    test: `${STATE}commands/session-quota.test.ts > C13 is METADATA_BYTES_PER_USER_MAX bytes of metadata, at creation and at update`,
  },
  {
    input: 'client message ids that a session remembers',
    limit: { CLIENT_MESSAGE_IDS_MAX },
    unit: 'entries',
    in: `${STATE}session/client-message-ids.ts`,
    answer: 'an older one is refused, or new where it names no time',
    test: `${STATE}commands/append.test.ts > C24 the newest 512 client message ids are remembered; an older one without a time is new`,
  },
  {
    input: 'checkpoint of a run',
    limit: { CHECKPOINT_BYTES_MAX },
    unit: 'bytes',
    in: `${STATE}commands/apply-checkpoint.ts`,
    answer: 'not checkpointed; the run continues',
    test: `${STATE}commands/while-answering.test.ts > C86 has a limit, and says so`,
  },
  {
    input: 'error text of a command',
    limit: { ERROR_LENGTH_MAX },
    unit: 'characters',
    in: PARSE,
    answer: DEFINITE,
    test: 'boundary',
  },
  {
    input: 'id in a command',
    limit: { ID_LENGTH_MAX },
    unit: 'characters',
    in: PARSE,
    answer: DEFINITE,
    test: 'boundary',
  },
  {
    input: 'watermarks of a command',
    limit: { WATERMARKS_MAX },
    unit: 'entries',
    in: PARSE,
    answer: DEFINITE,
    test: 'boundary',
  },
  {
    input: 'registered agents',
    limit: { AGENTS_MAX },
    unit: 'entries',
    in: 'membership/system-state.ts',
    answer: '`409 conflict`',
    test: 'boundary',
  },
  {
    input: 'registrations of all agents',
    limit: { AGENTS_BYTES_MAX },
    unit: 'bytes',
    in: 'membership/agent-registry.ts',
    answer: '`413 payload_too_large`',
    test: 'boundary',
  },
]);

const pages = limitRows('Pages and live events', FOLDER, [
  {
    input: 'page of messages or sessions, at least one',
    limit: { PAGE_BYTES_MAX },
    unit: 'bytes',
    in: 'groups/message-pages.ts',
    answer: '`has_more` or `next`',
    test: 'groups/message-pages.test.ts > from memory and archive together are whole, without a gap and within their bytes, both ways',
  },
  {
    input: 'messages in the answer to `session:join`',
    limit: { JOIN_MESSAGES_MAX },
    unit: 'entries',
    in: 'gateway/socket/session-join.ts',
    answer: '`has_more`: the client joins again',
    test: 'gateway/socket/socket-pages.test.ts > a client that joins many conversations of large messages at once gets all of them over one connection',
  },
  {
    input: 'bytes of those messages, at least one',
    limit: { JOIN_BYTES_MAX },
    unit: 'bytes',
    in: 'gateway/socket/session-join.ts',
    answer: '`has_more`: the client joins again',
    test: 'gateway/socket/socket-pages.test.ts > a client that joins many conversations of large messages at once gets all of them over one connection',
  },
  {
    input: 'events during a join',
    limit: { JOIN_PENDING_EVENTS_MAX },
    unit: 'entries',
    in: 'gateway/socket/session-join.ts',
    answer: '`resync`',
    test: 'gateway/socket/socket-pages.test.ts > events during a join are kept up to their limit in bytes; beyond it the client must join again: %s',
  },
  {
    input: 'bytes of the events during a join',
    limit: { JOIN_PENDING_BYTES_MAX },
    unit: 'bytes',
    in: 'gateway/socket/session-join.ts',
    answer: '`resync`',
    test: 'gateway/socket/socket-pages.test.ts > events during a join are kept up to their limit in bytes; beyond it the client must join again: %s',
  },
  {
    input: 'sessions in the answer to `inbox:join` and in an `inbox:page`',
    limit: { INBOX_SESSIONS_MAX },
    unit: 'entries',
    in: 'gateway/socket/socket-session.ts',
    answer: 'the rest comes with the next page',
    test: 'packages/conversation/src/commands/inbox.test.ts > C63 a page of an inbox is cut at its bytes, and holds at least one session',
  },
  {
    input: 'chunks of one run that a follower keeps',
    limit: { ANSWER_BYTES_MAX: KEPT_ANSWER },
    unit: 'bytes',
    in: 'effects/feed/live-answers.ts',
    answer: 'who joins late is served by the leader',
    test: 'boundary',
  },
  {
    input: 'runs that a follower keeps',
    limit: { ANSWERS_MAX: KEPT_ANSWERS },
    unit: 'entries',
    in: 'effects/feed/live-answers.ts',
    answer: 'who joins late is served by the leader',
    test: 'boundary',
  },
  {
    input: 'chunks that come before an earlier one',
    limit: { EARLY_CHUNKS_MAX },
    unit: 'entries',
    in: 'effects/feed/live-answers.ts',
    answer: '`resync`',
    test: 'boundary',
  },
  {
    input: 'bytes of those chunks',
    limit: { ANSWER_BYTES_MAX: KEPT_ANSWER },
    unit: 'bytes',
    in: 'effects/feed/live-answers.ts',
    answer: '`resync`',
    test: 'boundary',
  },
  {
    input: 'chunks of all runs that a follower keeps',
    limit: { ANSWERS_BYTES_MAX: KEPT_ANSWERS_BYTES },
    unit: 'bytes',
    in: 'effects/feed/live-answers.ts',
    answer: 'who joins late is served by the leader; early ones: `resync`',
    test: 'effects/feed/live-answers.test.ts > early chunks of all answers together stay within the budget of all answers',
  },
]);

const mesh = limitRows('Mesh', FOLDER, [
  {
    input: 'frame between two nodes',
    limit: { MESH_FRAME_BYTES_MAX },
    unit: 'bytes',
    in: 'compose/cluster-node.ts',
    answer: 'its sender refuses it and its call; from outside: the connection is closed',
    test: 'router/failing-operations.test.ts > an answer of %i bytes more than a frame fails its own call only',
  },
  {
    input: 'bytes that wait for a peer',
    limit: { MESH_QUEUE_BYTES_MAX },
    unit: 'bytes',
    in: 'compose/cluster-node.ts',
    answer: 'frames are dropped; Raft repeats itself, calls are refused',
    test: `${RAFT}mesh/tcp-mesh.test.ts > M34 refuses frames above the limit of what may wait`,
  },
  {
    input: 'frame of a handshake',
    limit: { HANDSHAKE_BYTES_MAX },
    unit: 'bytes',
    in: `${RAFT}mesh/connection.ts`,
    answer: 'the connection is closed',
    test: `${RAFT}mesh/frame.test.ts > M12 a length above the limit is refused from its header alone`,
  },
  {
    input: 'incoming calls that have not proven themselves',
    limit: { PENDING_CALLS_MAX },
    unit: 'entries',
    in: `${RAFT}mesh/pending-calls.ts`,
    answer: 'the oldest of the address that has the most is closed',
    test: `${RAFT}mesh/hostile-callers.test.ts > M47 the oldest call of the address that has the most gives way`,
  },
  {
    input: 'such calls from one address',
    limit: { PENDING_CALLS_PER_ADDRESS_MAX },
    unit: 'entries',
    in: `${RAFT}mesh/pending-calls.ts`,
    answer: 'its oldest is closed',
    test: `${RAFT}mesh/hostile-callers.test.ts > M47 the oldest call of the address that has the most gives way`,
  },
  {
    input: 'addresses that a node has given itself and does not answer at',
    limit: { LEARNED_ADDRESSES_MAX },
    unit: 'entries',
    in: `${RAFT}mesh/redialler.ts`,
    answer: 'the oldest is called no more',
    test: `${RAFT}mesh/redialler.test.ts > of a node that moves again and again only the newest addresses are called`,
  },
  {
    input: 'addresses of an answer of DNS',
    limit: { DISCOVERED_ADDRESSES_MAX },
    unit: 'entries',
    in: 'control/discovery.ts',
    answer: 'further ones are left out, and logged',
    test: 'control/discovery.test.ts > an answer without end is cut off, and that is logged',
  },
  {
    input: 'calls of a node that wait for their answer',
    limit: { CALLS_MAX },
    unit: 'entries',
    in: 'router/router.ts',
    answer: '`503 overloaded`; nothing was changed',
    test: 'boundary',
  },
  {
    input:
      'messages in flight that a node always takes; more, up to its calls, while they take less than 80 ms beside the disk',
    limit: { ADMITTED_MIN },
    unit: 'entries',
    in: 'router/admission.ts',
    answer: '`503 overloaded` at once; nothing was changed',
    test: 'apps/cluster-node/src/router/admission.test.ts > keeps the pace and the latency when twice as much is offered',
  },
  {
    input: 'calls to one peer',
    limit: { CALLS_PER_PEER_MAX },
    unit: 'entries',
    in: 'router/remote-calls.ts',
    answer: '`503 overloaded`; nothing was changed',
    test: 'boundary',
  },
  {
    input: 'calls of one peer',
    limit: { SERVED_PER_PEER_MAX },
    unit: 'entries',
    in: 'router/remote-calls.ts',
    answer: '`503 overloaded`; nothing was changed',
    test: 'boundary',
  },
]);

const { proposalsPendingMax, snapshotBytesMax, snapshotChunkBytes, walQueuedBytesMax } =
  HOST_LIMITS_DEFAULT;

const log = limitRows('Log and snapshots', FOLDER, [
  {
    input: 'entry of the log',
    limit: { ENTRY_BYTES_MAX },
    unit: 'bytes',
    in: 'compose/replication.ts',
    answer: 'refused before it is proposed',
    test: `${RAFT}host/stalled-replica.test.ts > H25 refuses a proposal that is empty or too large, and throws nothing`,
  },
  {
    input: 'proposals that wait for their outcome',
    limit: { proposalsPendingMax },
    unit: 'entries',
    in: `${RAFT}host/raft-host.ts`,
    answer: '`503 overloaded`',
    test: `${RAFT}host/raft-host.test.ts > H17 refuses proposals above the limit of those that wait`,
  },
  {
    input: 'bytes that wait for the disk',
    limit: { walQueuedBytesMax },
    unit: 'bytes',
    in: `${RAFT}host/raft-host.ts`,
    answer: '`503 overloaded`',
    test: `${RAFT}host/raft-host.test.ts > H17 refuses proposals above the limit of those that wait`,
  },
  {
    input: 'snapshot of a group',
    limit: { snapshotBytesMax },
    unit: 'bytes',
    in: `${RAFT}host/snapshots/snapshot-arrivals.ts`,
    answer: 'the follower stays behind; its node and the sender log it and count it',
    test: `${RAFT}host/raft-host.test.ts > H31 a snapshot above the limit is reported where it is saved, sent and refused`,
  },
  {
    input: 'piece of a snapshot',
    limit: { snapshotChunkBytes },
    unit: 'bytes',
    in: `${RAFT}host/snapshots/snapshot-sender.ts`,
    answer: 'the rest follows in further pieces',
    test: `${RAFT}host/raft-host.test.ts > H15 a replica that joins later takes everything, the configuration too, from a snapshot`,
  },
]);

const archive = limitRows('Archive and search', FOLDER, [
  {
    input: 'rows of a batch',
    limit: { BATCH_ROWS_MAX },
    unit: 'entries',
    in: 'effects/flusher/flusher.ts',
    answer: 'the rest follows in the next',
    test: `${STATE}commands/flush.test.ts > C73 sessions that waited longest come first, and never more rows than asked for`,
  },
  {
    input: 'bytes of a batch, at least one row',
    limit: { BATCH_BYTES_MAX },
    unit: 'bytes',
    in: 'effects/flusher/flusher.ts',
    answer: 'the rest follows in the next',
    test: `${STATE}commands/flush.test.ts > C73 a batch is bounded in bytes, and a session that is left out blocks no others`,
  },
  {
    input: 'text of a message that search looks through',
    limit: { SEARCH_TEXT_LENGTH_MAX },
    unit: 'characters',
    in: 'effects/flusher/archive-rows.ts',
    answer: 'cut',
    test: 'boundary',
  },
  {
    input: 'reads that wait for Postgres',
    limit: { ARCHIVE_READS_MAX },
    unit: 'entries',
    in: 'effects/flusher/archive-reads.ts',
    answer: '`503 archive_unavailable`',
    test: 'effects/flusher/flusher-faults.test.ts > G10 a Postgres that says nothing any more: passes and reads end by themselves, and more reads than it can take are refused',
  },
  {
    input: 'connections to Postgres of the flusher',
    limit: { 'POSTGRES_CONNECTIONS.writes': POSTGRES_CONNECTIONS.writes },
    unit: 'entries',
    in: 'effects/flusher/archive-writes.ts',
    answer: 'the statement waits for one',
    test: CONNECTIONS_TEST,
  },
  {
    input: 'connections to Postgres of pages',
    limit: { 'POSTGRES_CONNECTIONS.reads': POSTGRES_CONNECTIONS.reads },
    unit: 'entries',
    in: 'effects/flusher/archive-reads.ts',
    answer: 'the statement waits for one',
    test: CONNECTIONS_TEST,
  },
  {
    input: 'connections to Postgres of searches',
    limit: { 'POSTGRES_CONNECTIONS.searches': POSTGRES_CONNECTIONS.searches },
    unit: 'entries',
    in: 'effects/flusher/archive-reads.ts',
    answer: 'the statement waits for one',
    test: CONNECTIONS_TEST,
  },
  {
    input: 'connections to Postgres of deliveries',
    limit: { 'POSTGRES_CONNECTIONS.deliveries': POSTGRES_CONNECTIONS.deliveries },
    unit: 'entries',
    in: 'effects/deliveries/delivery-store.ts',
    answer: 'the statement waits for one',
    test: CONNECTIONS_TEST,
  },
  {
    input: 'connections to Postgres of usage and feedback',
    limit: { 'POSTGRES_CONNECTIONS.records': POSTGRES_CONNECTIONS.records },
    unit: 'entries',
    in: 'effects/records/record-database.ts',
    answer: 'the statement waits for one',
    test: CONNECTIONS_TEST,
  },
  {
    input: 'questions about usage and feedback at a time',
    limit: { RECORD_CALLS_MAX },
    unit: 'entries',
    in: 'effects/records/record-database.ts',
    answer: '`503 archive_unavailable`',
    test: 'effects/records/record-database.test.ts > refuses questions beyond those that may be asked at a time, and takes them again afterwards',
  },
  {
    input: 'feedback in an answer about a conversation',
    limit: { FEEDBACK_OF_SESSION_MAX },
    unit: 'entries',
    in: 'effects/records/feedback-store.ts',
    answer: 'that of the newest replies',
    test: 'effects/records/feedback-store.test.ts > of a conversation with more feedback than an answer holds, that of the newest replies',
  },
  {
    input: 'lines of one part of an export of feedback; a part is cut at `PAGE_BYTES_MAX`, too',
    limit: { FEEDBACK_EXPORT_LINES_MAX },
    unit: 'entries',
    in: 'gateway/rest/records/rest-feedback.ts',
    answer: '`x-next-cursor` of the next part',
    test: 'gateway/rest/records/rest-feedback.test.ts > an export as %s comes whole in parts of bounded bytes',
  },
  {
    input: 'users of an answer about usage',
    limit: { USAGE_USERS_MAX },
    unit: 'entries',
    in: 'effects/records/usage-store.ts',
    answer: 'those with the most tokens, and `has_more`',
    test: 'effects/records/usage-store.test.ts > names the users with the most tokens, and says that there are more',
  },
  {
    input: 'searches at a time',
    limit: { SEARCHES_MAX },
    unit: 'entries',
    in: 'effects/flusher/search-messages.ts',
    answer: '`503 archive_unavailable`',
    test: 'effects/flusher/search-messages.test.ts > refuses searches beyond those that may run at a time, and takes them again afterwards',
  },
]);

export const INNER_ROWS: readonly LimitRow[] = [
  ...conversations,
  ...pages,
  ...mesh,
  ...log,
  ...archive,
];
