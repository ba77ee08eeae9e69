/** Bounds of everything that crosses an edge. Lengths of strings are in UTF-16 code units. */

/** A message's `content`, as JSON in UTF-8. */
export const CONTENT_BYTES_MAX = 256 * 1024;
/** `metadata` of a message or a session, as JSON in UTF-8. */
export const METADATA_BYTES_MAX = 64 * 1024;
/** Nesting of objects and arrays inside `content` and `metadata`. */
export const JSON_DEPTH_MAX = 64;
/** A whole request: content and metadata with room for their envelope. */
export const BODY_BYTES_MAX = CONTENT_BYTES_MAX + METADATA_BYTES_MAX + 64 * 1024;
/** A body of `POST /api/chat`: the browser sends its whole history, of which one message is read. */
export const CHAT_BODY_BYTES_MAX = 4 * 1024 * 1024;
/** Messages of a browser's history in a body of `POST /api/chat`. */
export const CHAT_MESSAGES_MAX = 10_000;
/** Parts of the newest message in a body of `POST /api/chat`. */
export const CHAT_PARTS_MAX = 20_000;
/** Nesting of a whole request: the nesting of a message's content inside the envelope that carries it. */
export const BODY_DEPTH_MAX = JSON_DEPTH_MAX + 8;
/** Values in a whole request, arrays and objects included: small ones cost the parser more than their bytes suggest. */
export const BODY_VALUES_MAX = 200_000;
/** Keys of one object in a request; content of its full size with distinct keys has fewer. */
export const OBJECT_KEYS_MAX = 40_000;

/** Tool calls of one message that wait for its user: approvals and outputs together; as many decisions has a `tool-response`. */
export const TOOL_REQUESTS_MAX = 128;

export const KIND_LENGTH_MAX = 32;
export const USER_ID_LENGTH_MAX = 128;
export const AGENT_ID_LENGTH_MAX = 64;
export const CLIENT_MESSAGE_ID_LENGTH_MAX = 128;
export const PREVIEW_LENGTH_MAX = 140;
/** `id` of a chat: a session's, or one that a browser made. */
export const CHAT_ID_LENGTH_MAX = 128;
/** `threadId` and `runId` of an AG-UI client. */
export const RUN_ID_LENGTH_MAX = 256;
/** `Idempotency-Key`: visible ASCII. */
export const IDEMPOTENCY_KEY_LENGTH_MAX = 255;
/** `before` of a page of sessions. */
export const PAGE_CURSOR_LENGTH_MAX = 128;

/** `limit` of pages of messages and sessions. */
export const PAGE_LIMIT_MAX = 500;
export const PAGE_LIMIT_DEFAULT = 50;
/** A page of messages or of sessions as JSON in UTF-8; it holds at least one item, however large. */
export const PAGE_BYTES_MAX = 4 * 1024 * 1024;
/** A reply assembled from an agent's stream: content and metadata, as JSON in UTF-8. */
export const REPLY_BYTES_MAX = 1024 * 1024;
/** An error text from outside; a longer one is cut where it enters. */
export const ERROR_TEXT_LENGTH_MAX = 2_000;
/** Of the error that an agent ended its reply with, kept in the reply's metadata, in UTF-16 code units. */
export const REPLY_ERROR_LENGTH_MAX = 160;
/** `q` of a search, in characters. */
export const SEARCH_QUERY_LENGTH_MIN = 2;
export const SEARCH_QUERY_LENGTH_MAX = 200;
/** `limit` of a search. */
export const SEARCH_LIMIT_MAX = 100;
export const SEARCH_LIMIT_DEFAULT = 30;
/** A sequence number fits a 32-bit signed integer, as Postgres keeps it. */
export const SEQ_MAX = 2_147_483_647;

/** `limit` of a page of agents, and what it is when it is not given: as many as a cluster has at most. */
export const AGENTS_PAGE_LIMIT_MAX = 10_000;
export const AGENT_NAME_LENGTH_MAX = 128;
export const AGENT_URL_LENGTH_MAX = 2048;
/** `model`: the name of a model at an OpenAI-compatible server. */
export const AGENT_MODEL_LENGTH_MAX = 256;
export const AGENT_HEADERS_MAX = 32;
export const AGENT_HEADER_NAME_LENGTH_MAX = 128;
export const AGENT_HEADER_VALUE_LENGTH_MAX = 4096;
export const AGENT_HISTORY_LIMIT_MAX = 1000;
export const AGENT_TIMEOUT_MS_MIN = 100;
export const AGENT_TIMEOUT_MS_MAX = 600_000;
/** Of one whole answer. */
export const AGENT_TOTAL_TIMEOUT_MS_MAX = 3_600_000;
/** A whole answer may take this many times the limit of its first byte when it has no limit of its own. */
export const TOTAL_TIMEOUT_FACTOR = 10;
export const AGENT_CONNECT_TIMEOUT_MS_MAX = 60_000;
export const AGENT_DEBOUNCE_MS_MAX = 60_000;
/** How long a replaced signing secret stays in force beside the new one, in seconds. */
export const SECRET_OVERLAP_S_DEFAULT = 86_400;
export const SECRET_OVERLAP_S_MAX = 7 * 86_400;
export const WEBHOOK_SECRET_BYTES_MIN = 24;
export const WEBHOOK_SECRET_BYTES_MAX = 64;

/** Two hexadecimal digits of a session id name its group. */
export const GROUPS_MAX = 256;

/** Tokens that an agent's model can read. */
export const COMPACTION_BUDGET_MIN = 100;
export const COMPACTION_BUDGET_MAX = 100_000_000;
