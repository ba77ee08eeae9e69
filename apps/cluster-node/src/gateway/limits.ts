/** Bounds of the edge. What happens at each is stated where it is used. */

/** Events of one socket; more are answered with `rate_limited`. */
export const SOCKET_RATE = { perSecond: 2_000, burst: 4_000 } as const;
/** Users, addresses and agents whose rates are remembered, each; the least recently seen are forgotten. */
export const QUOTA_KEYS_MAX = 50_000;
/** Requests of its address that a token counts for which did not verify. */
export const FAILED_AUTHENTICATION_COST = 10;
/** Websockets that have not presented a token yet; more are refused. */
export const UNAUTHENTICATED_SOCKETS_MAX = 1_000;
/** How long a websocket may take to present its token. */
export const SOCKET_CONNECT_MS = 10_000;
/** Packets of one connection, events or not; beyond it the connection is closed. */
export const CONNECTION_PACKET_RATE = { perSecond: 4_000, burst: 8_000 } as const;
/** Sockets of all namespaces on one connection; a client needs one a namespace. */
export const NAMESPACES_PER_CONNECTION_MAX = 4;
/** TCP connections of the public port, idle ones included; more are closed at once. */
export const CONNECTIONS_MAX = 40_000;
/** For a request's headers, from the first byte or from the beginning of the connection. */
export const HEADERS_MS = 10_000;
/** For a whole request. */
export const REQUEST_MS = 30_000;
/** For the bytes of one file. */
export const UPLOAD_MS = 900_000;
/** How long an upload may bring nothing. */
export const UPLOAD_IDLE_MS = 30_000;
/** Files that a node sends at once; more are refused with `overloaded`. */
export const DOWNLOADS_MAX = 512;
/** How long a connection stays open between two requests. */
export const KEEP_ALIVE_MS = 65_000;
/** How often slow requests are looked for. */
export const SLOW_REQUESTS_CHECK_MS = 5_000;
/** The headers of a request: a token of the longest kind and as much again. */
export const HEADER_BYTES_MAX = 16 * 1024;
export const HEADERS_MAX = 100;
/** After as many requests a connection is closed, so that clients are spread again. */
export const REQUESTS_PER_CONNECTION_MAX = 100_000;
/** Requests of one connection that wait for their answer; those behind them are refused and the connection is closed. */
export const PIPELINED_REQUESTS_MAX = 16;
/** Bodies of responses above it are watched: a reader that takes longer than RESPONSE_MS_MAX loses its connection. */
export const WATCHED_RESPONSE_BYTES = 64 * 1024;
export const RESPONSE_MS_MAX = 60_000;
/** Events of one socket that wait for their answer; more are answered with `rate_limited`. */
export const SOCKET_IN_FLIGHT_MAX = 512;
/** Connected sockets; more are refused with `overloaded`. */
export const SOCKETS_MAX = 20_000;
/** Conversations that one socket is in; more are refused with `rate_limited`. */
export const SOCKET_ROOMS_MAX = 200;
/** A websocket message; a larger one closes the connection. */
export const SOCKET_MESSAGE_BYTES_MAX = 1024 * 1024;
/** Unsent bytes of live events of one socket above which it gets a resync and gets no more until it does. */
export const SOCKET_BUFFER_BYTES_MAX = 1024 * 1024;
/** Bytes of the messages in the answer to `session:join`, at least one message: a slow connection is to get it in time. */
export const JOIN_BYTES_MAX = 512 * 1024;
/** Events that come while a join is being answered; with more the client must join again. */
export const JOIN_PENDING_EVENTS_MAX = 2_000;
/** Bytes of the events that come while a join is being answered; with more the client must join again. */
export const JOIN_PENDING_BYTES_MAX = 512 * 1024;
/** Unsent bytes of one socket above which it is disconnected: more than a page, a run in progress and live events. */
export const SOCKET_BUFFER_BYTES_HARD = 8 * 1024 * 1024;
/** Unsent bytes of a stream of server-sent events above which it is ended: more than a whole run replayed, and its reply. */
export const STREAM_BUFFER_BYTES_MAX = 4 * 1024 * 1024;
/** Events that come while a stream reads the answer so far; with more its reader must ask again. */
export const STREAM_PENDING_EVENTS_MAX = 2_000;
/** Bytes of those events: a reply and as much beside it. With more its reader must ask again. */
export const STREAM_PENDING_BYTES_MAX = 2 * 1024 * 1024;
/** Before the reader of a feed that ended comes back. */
export const FEED_RECONNECT_MS = 1_000;
/** As much later at most, by chance: readers that lose their node at once come back one after the other. */
export const FEED_RECONNECT_SPREAD_MS = 4_000;
/** setTimeout takes no longer delays. */
export const TIMER_MS_MAX = 2 ** 31 - 1;
/** Between two comments that keep a stream of server-sent events open while nothing happens. */
export const STREAM_KEEP_ALIVE_MS = 15_000;
/** Streams of server-sent events; more are refused with `overloaded`. */
export const STREAMS_MAX = 5_000;
/** Sessions in the answer to `inbox:join`, and in each `inbox:page` after it. */
export const INBOX_SESSIONS_MAX = 500;
/** Messages in the answer to `session:join`; the rest comes with the next join. */
export const JOIN_MESSAGES_MAX = 200;
/** An unread body that is discarded to keep the connection; with a longer one the connection is closed. */
export const UNREAD_BODY_BYTES_MAX = 64 * 1024;
/** What is read, and for how long, behind bytes that are no request: then the connection is closed. */
export const LINGER_BYTES_MAX = 8 * 1024 * 1024;
export const LINGER_MS = 2_000;
/** A parameter of a path, decoded; a longer one names nothing. */
export const PATH_PARAMETER_LENGTH_MAX = 256;
/** Characters of a token; a longer one is none. */
export const TOKEN_LENGTH_MAX = 8192;
/** Verified tokens that are remembered, so that a client's next request costs no signature. */
export const VERIFIED_TOKENS_MAX = 10_000;
/** For how long; never beyond the token's own end. */
export const VERIFIED_TOKENS_MS = 60_000;
/** Bytes of the issuer's key set; a larger one is not read. */
export const JWKS_BYTES_MAX = 256 * 1024;
/** For the issuer's key set. */
export const JWKS_TIMEOUT_MS = 5_000;
/** Between two attempts to fetch the key set of an issuer that is unreachable. */
export const JWKS_RETRY_MS = 2_000;
/** How long fetched keys stay good while their issuer is unreachable. */
export const JWKS_STALE_MS_MAX = 3_600_000;
/** Exports of users' data that a node writes at a time; more are refused with `overloaded`. */
export const EXPORTS_MAX = 4;
/** For one export, however slowly it is read; then its connection is closed. */
export const EXPORT_MS_MAX = 15 * 60_000;
/** How long an `Idempotency-Key` stands for what was created under it. */
export const IDEMPOTENCY_KEPT_MS = 24 * 3_600_000;
