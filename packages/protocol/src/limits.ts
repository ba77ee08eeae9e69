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

/** Name of an uploaded file. */
export const BLOB_NAME_LENGTH_MAX = 255;
/** Media type of an uploaded file, without parameters. */
export const MEDIA_TYPE_LENGTH_MAX = 127;
/** The signed token of an upload or a download: as long as its names make it, escaped. */
export const BLOB_TOKEN_LENGTH_MAX = 4096;
/** Size of an uploaded file, whatever a node is configured to take; BLOB_BYTES_MAX of a node is at most this. */
export const BLOB_BYTES_CEILING = 999_999_999;

/** Tool calls of one message that wait for its user: approvals and outputs together; as many decisions has a `tool-response`. */
export const TOOL_REQUESTS_MAX = 128;

/** Characters of a message's `kind`. */
export const KIND_LENGTH_MAX = 32;
/** Characters of a user's id. */
export const USER_ID_LENGTH_MAX = 128;
/** Characters of an agent's id. */
export const AGENT_ID_LENGTH_MAX = 64;
/** Characters of a `client_message_id`. */
export const CLIENT_MESSAGE_ID_LENGTH_MAX = 128;
/** Characters of the `preview` in an inbox entry; a longer text is cut. */
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
/** `limit` of a page when it is left out. */
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
/** The longest `q` of a search, in characters. */
export const SEARCH_QUERY_LENGTH_MAX = 200;
/** `limit` of a search. */
export const SEARCH_LIMIT_MAX = 100;
/** `limit` of a search when it is left out. */
export const SEARCH_LIMIT_DEFAULT = 30;
/** A sequence number fits a 32-bit signed integer, as Postgres keeps it. */
export const SEQ_MAX = 2_147_483_647;

/** `limit` of a page of agents, and what it is when it is not given: as many as a cluster has at most. */
export const AGENTS_PAGE_LIMIT_MAX = 10_000;
/** Characters of an agent's `name`. */
export const AGENT_NAME_LENGTH_MAX = 128;
/** Characters of `origin_url` and of `webhook_path`, each. */
export const AGENT_URL_LENGTH_MAX = 2048;
/** `description`: what an agent is for, as people read it when they choose one. */
export const AGENT_DESCRIPTION_LENGTH_MAX = 200;
/** `suggested_prompts`: messages that a conversation with an agent can begin with. */
export const AGENT_PROMPTS_MAX = 3;
/** A suggested prompt, in characters. */
export const AGENT_PROMPT_LENGTH_MAX = 200;
/** A title that was made of a first message, or came from an agent; a longer one is cut. */
export const AUTOMATIC_TITLE_LENGTH_MAX = 60;
/** The key of a model provider, in characters. */
export const AGENT_API_KEY_LENGTH_MAX = 512;
/** `model`: the name of a model at an OpenAI-compatible server. */
export const AGENT_MODEL_LENGTH_MAX = 256;
/** Headers that an agent's calls carry beside FleetLM's own. */
export const AGENT_HEADERS_MAX = 32;
/** Characters of the name of one of them. */
export const AGENT_HEADER_NAME_LENGTH_MAX = 128;
/** Characters of the value of one of them. */
export const AGENT_HEADER_VALUE_LENGTH_MAX = 4096;
/** `message_history_limit` of an agent, in messages. */
export const AGENT_HISTORY_LIMIT_MAX = 1000;
/** The shortest of each limit of time of an agent, in milliseconds. */
export const AGENT_TIMEOUT_MS_MIN = 100;
/** The longest `timeout_ms` and `idle_timeout_ms` of an agent, in milliseconds. */
export const AGENT_TIMEOUT_MS_MAX = 600_000;
/** Of one whole answer. */
export const AGENT_TOTAL_TIMEOUT_MS_MAX = 3_600_000;
/** A whole answer may take this many times the limit of its first byte when it has no limit of its own. */
export const TOTAL_TIMEOUT_FACTOR = 10;
/** The longest `connect_timeout_ms` of an agent, in milliseconds. */
export const AGENT_CONNECT_TIMEOUT_MS_MAX = 60_000;
/** The longest `debounce_window_ms` of an agent, in milliseconds. */
export const AGENT_DEBOUNCE_MS_MAX = 60_000;
/** How long a replaced signing secret stays in force beside the new one, in seconds. */
export const SECRET_OVERLAP_S_DEFAULT = 86_400;
/** The longest such overlap, in seconds. */
export const SECRET_OVERLAP_S_MAX = 7 * 86_400;
/** Bytes of the shortest signing secret, decoded, as Standard Webhooks asks. */
export const WEBHOOK_SECRET_BYTES_MIN = 24;
/** Bytes of the longest signing secret, decoded, as Standard Webhooks asks. */
export const WEBHOOK_SECRET_BYTES_MAX = 64;

/** Subscriptions to events, enabled or not. */
export const EVENT_SUBSCRIPTIONS_MAX = 16;
/** What an owner says of a subscription, in characters. */
export const EVENT_DESCRIPTION_LENGTH_MAX = 200;
/** `url` of a subscription, in characters. */
export const EVENT_URL_LENGTH_MAX = 2048;
/** `after` of a page of events: a number of at most so many digits. */
export const EVENT_CURSOR_LENGTH_MAX = 15;
/** Dead letters of events that are sent again with one request. */
export const EVENT_REPLAYS_MAX = 100;

/** Two hexadecimal digits of a session id name its group. */
export const GROUPS_MAX = 256;

/** Price of a million tokens, in whole units of the agent's currency. */
export const AGENT_PRICE_MAX = 100_000;
/** `daily_token_budget` of an agent. */
export const DAILY_TOKEN_BUDGET_MAX = 1_000_000_000_000;
/** `daily_cost_budget` of an agent, in whole units of its currency. */
export const DAILY_COST_BUDGET_MAX = 100_000_000;
/** Tokens of one reply as its agent reports them; a report of more is no report. */
export const USAGE_TOKENS_MAX = 1_000_000_000;
/** Cost of one reply, in millionths of a unit of its currency; a report of more is no report. */
export const USAGE_COST_MICROS_MAX = 1_000_000_000_000;
/** Days of one answer about usage. */
export const USAGE_DAYS_MAX = 366;
/** Days of an answer about usage that names no first day. */
export const USAGE_DAYS_DEFAULT = 30;
/** Users of one answer about usage: those with the most tokens. */
export const USAGE_USERS_MAX = 500;

/** `comment` of a feedback. */
export const FEEDBACK_COMMENT_LENGTH_MAX = 2_000;
/** Feedback in one answer about a conversation: the newest replies. */
export const FEEDBACK_OF_SESSION_MAX = 500;
/** Lines of one part of an export of feedback; a part is cut at `PAGE_BYTES_MAX`, too. */
export const FEEDBACK_EXPORT_LINES_MAX = 5_000;

/** A summary that stands for earlier messages, in UTF-16 code units. */
export const SUMMARY_LENGTH_MAX = 32 * 1024;
/** `retention_age_days` and `retention_idle_days` of an agent. */
export const RETENTION_DAYS_MAX = 3_650;
/** Why data is held, in UTF-16 code units. */
export const HOLD_REASON_LENGTH_MAX = 500;
/** Operations of one answer about privacy: the newest. */
export const PRIVACY_OPERATIONS_MAX = 200;

/** Tokens that an agent's model can read. */
export const COMPACTION_BUDGET_MIN = 100;
/** The largest budget of tokens for the context of a call. */
export const COMPACTION_BUDGET_MAX = 100_000_000;
