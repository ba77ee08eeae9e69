/** An event is kept for so many seconds: in the feed, and for subscriptions that have not received it. */
export const EVENTS_KEPT_S = 7 * 86_400;
/** Events of one group that wait in memory for one subscription; further ones are read when these are delivered. */
export const EVENTS_WAITING_PER_GROUP_MAX = 8;
/** Calls to one subscription at a time, from one node; each is of another group. */
export const EVENT_CALLS_PER_SUBSCRIPTION_MAX = 8;
/** Attempts to deliver one event; after the last it is a dead letter, and the next one follows. */
export const EVENT_ATTEMPTS_MAX = 10;
/** Pause after the first failed attempt; it doubles with each. */
export const EVENT_BACKOFF_FIRST_MS = 1_000;
/** The longest pause between two attempts, also when `Retry-After` asks for more. */
export const EVENT_BACKOFF_MAX_MS = 300_000;
/** A connection to a subscription is waited for this long. */
export const EVENT_CONNECT_TIMEOUT_MS = 5_000;
/** A whole call to a subscription may take this long. */
export const EVENT_TIMEOUT_MS = 15_000;
/** Of an answer's body; the connection of a longer one is closed. It is not looked at. */
export const EVENT_ANSWER_BYTES_MAX = 64 * 1024;
