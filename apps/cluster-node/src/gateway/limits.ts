/** Bounds of the edge. What happens at each is said where it is used. */

/** REST requests of one user; more are answered with `rate_limited`. The API key is not limited. */
export const REST_RATE = { perSecond: 200, burst: 400 } as const;
/** Events of one socket; more are answered with `rate_limited`. */
export const SOCKET_RATE = { perSecond: 2_000, burst: 4_000 } as const;
/** Users whose rate is remembered. */
export const RATED_USERS_MAX = 50_000;
/** Events of one socket that wait for their answer; more are answered with `rate_limited`. */
export const SOCKET_IN_FLIGHT_MAX = 512;
/** Connected sockets; more are refused with `overloaded`. */
export const SOCKETS_MAX = 20_000;
/** Conversations that one socket is in; more are refused with `rate_limited`. */
export const SOCKET_ROOMS_MAX = 200;
/** A websocket message; a larger one closes the connection. */
export const SOCKET_MESSAGE_BYTES_MAX = 1024 * 1024;
/** Unsent bytes of live events of one socket above which it is told to resync and gets no more until it does. */
export const SOCKET_BUFFER_BYTES_MAX = 1024 * 1024;
/** Bytes of the messages in the answer to `session:join`, at least one message: a slow connection is to get it in time. */
export const JOIN_BYTES_MAX = 512 * 1024;
/** Bytes of the events that come while a join is being answered; with more the client is told to join again. */
export const JOIN_PENDING_BYTES_MAX = 512 * 1024;
/** Unsent bytes of one socket above which it is disconnected: more than a page, a run in progress and live events. */
export const SOCKET_BUFFER_BYTES_HARD = 8 * 1024 * 1024;
/** Unsent bytes of a stream of server-sent events above which it is ended: more than a whole run told again, and its reply. */
export const STREAM_BUFFER_BYTES_MAX = 4 * 1024 * 1024;
/** Streams of server-sent events; more are refused with `overloaded`. */
export const STREAMS_MAX = 5_000;
/** Sessions in the answer to `inbox:join`, and in each `inbox:page` after it. */
export const INBOX_SESSIONS_MAX = 500;
/** Messages in the answer to `session:join`; the rest comes with the next join. */
export const JOIN_MESSAGES_MAX = 200;
/** A request of `useChat`, which sends the whole conversation along though only its end is read. */
export const CHAT_BYTES_MAX = 8 * 1024 * 1024;
