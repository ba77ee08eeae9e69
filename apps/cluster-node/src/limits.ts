import {
  AGENT_ID_LENGTH_MAX,
  AGENT_NAME_LENGTH_MAX,
  CONTENT_BYTES_MAX,
  KIND_LENGTH_MAX,
  METADATA_BYTES_MAX,
  PREVIEW_LENGTH_MAX,
  REPLY_BYTES_MAX,
  USER_ID_LENGTH_MAX,
} from '@fleetlm/protocol';

export { FAILURE_DOMAIN_LENGTH_MAX } from './membership/failure-domains.ts';

/** Bounds between the stages of a node. Each stage takes whatever the stages before it let through. */

/** A frame between two nodes; the sender refuses a larger one, the receiver closes the connection. */
export const MESH_FRAME_BYTES_MAX = 16 * 1024 * 1024;
/** Bytes that wait for a peer; frames beyond are dropped, and Raft repeats itself. */
export const MESH_QUEUE_BYTES_MAX = 64 * 1024 * 1024;

/** Addresses that discovery takes from one answer of DNS. */
export const DISCOVERED_ADDRESSES_MAX = 64;

/** What a command holds beside its payloads: ids, times, previews, error texts. */
export const COMMAND_OVERHEAD_BYTES_MAX = 64 * 1024;
/** An entry of the log: a user's message and the partial reply that it ends fit together. */
export const ENTRY_BYTES_MAX =
  REPLY_BYTES_MAX + CONTENT_BYTES_MAX + METADATA_BYTES_MAX + COMMAND_OVERHEAD_BYTES_MAX;

/** Chunks of a run in progress, as JSON: what a reader that joins late is given beside its page. */
export const LIVE_CHUNKS_BYTES_MAX = 2 * 1024 * 1024;
/** Parts of one reply: every further chunk costs more with each of them. */
export const REPLY_PARTS_MAX = 5_000;
/** Tool calls of one reply whose input is streamed. */
export const REPLY_TOOL_CALLS_MAX = 1_000;
/** Members of a list or a record of one chunk whose form the protocol defines: citations, steering parts, metadata of providers. */
export const CHUNK_MEMBERS_MAX = 1_000;
/** State that an AG-UI agent keeps with a conversation, as JSON in UTF-8. */
export const AG_UI_STATE_BYTES_MAX = 64 * 1024;
/** Operations of JSON Patch on that state in one answer: each may cost as much as the state is large. */
export const AG_UI_STATE_OPERATIONS_MAX = 1_000;
/** Text that is kept of a reply which does not fit in any other way. */
export const REPLY_EXCERPT_LENGTH_MAX = 64 * 1024;
/** Messages of a conversation that are looked through for what an agent is sent. */
export const HISTORY_MESSAGES_MAX = 10_000;
/** The body of a call to an agent: older messages are left out of it, and never the newest. */
export const HISTORY_BYTES_MAX = 8 * 1024 * 1024;
/** The beginning of a message's text that search looks through. */
export const SEARCH_TEXT_LENGTH_MAX = 32_768;
/** What a reader is sent of a message beside its payload: ids, times and names, every character escaped. */
export const MESSAGE_ENVELOPE_BYTES_MAX = 512 + 6 * (USER_ID_LENGTH_MAX + KIND_LENGTH_MAX);
/** What a reader is sent of a session beside its metadata: ids, times, names and the preview, every character escaped. */
export const SESSION_ENVELOPE_BYTES_MAX =
  1024 +
  6 * (2 * USER_ID_LENGTH_MAX + AGENT_ID_LENGTH_MAX + AGENT_NAME_LENGTH_MAX + PREVIEW_LENGTH_MAX);
/** What an event of the cluster says, in characters; a thousand of them, all escaped, fit into a page. */
export const EVENT_DETAIL_LENGTH_MAX = 500;

/** Bytes of a file that one message between two nodes carries. */
export const BLOB_PIECE_BYTES_MAX = 256 * 1024;
/** Files that other nodes are sending to this one; more are refused as `overloaded`. */
export const BLOB_TRANSFERS_MAX = 64;
/** How long a transfer may bring nothing before it is given up. */
export const BLOB_TRANSFER_IDLE_MS = 60_000;
/** Uploads that a node receives at once; more are refused as `overloaded`. */
export const UPLOADS_MAX = 64;
/** Of them, of one user; more are refused as `rate_limited`. */
export const UPLOADS_PER_USER_MAX = 16;
/** Files of one user, whatever their size. */
export const BLOBS_PER_USER_MAX = 10_000;
/** Bytes of files that are sent to an agent inside of one call, where it can't read from an address. */
export const AGENT_INLINE_BYTES_MAX = 4 * 1024 * 1024;
/** Files that one answer between nodes lists. */
export const BLOBS_LISTED_MAX = 1_000;
/** The verdict of the operator's scanner. */
export const SCAN_ANSWER_BYTES_MAX = 16 * 1024;

/** Questions to the records in Postgres (usage, feedback) at a time, those that wait for a connection included. */
export const RECORD_CALLS_MAX = 64;
/** Connections of a node to Postgres at a time, by purpose: none of them waits for another's statements. */
export const POSTGRES_CONNECTIONS = {
  /** One statement at a time, and one more for the moment in which a broken connection is replaced. */
  writes: 2,
  reads: 4,
  searches: 2,
  deliveries: 3,
  /** Usage, feedback and what else is asked for beside conversations. */
  records: 2,
  events: 2,
} as const;
