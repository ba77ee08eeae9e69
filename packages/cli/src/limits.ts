/** Bounds of what the command reads and waits for. */

/** Bytes of the configuration file; a larger one is refused. */
export const CONFIG_BYTES_MAX = 64 * 1024;
/** Characters of the address of a node. */
export const URL_LENGTH_MAX = 2_048;
/** Characters of a token, as a node takes it. */
export const TOKEN_LENGTH_MAX = 8_192;
/** Bytes of an answer of a node: a cluster of the largest size has several MiB. */
export const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
/** How long one call may take: longer than a node takes to give up. */
export const CALL_TIMEOUT_MS = 30_000;
/** Between two looks at an operation that is waited for. */
export const POLL_INTERVAL_MS = 1_000;
/** How long an operation is waited for, in seconds, unless the command says otherwise. */
export const WAIT_S_DEFAULT = 900;
/** And at most. */
export const WAIT_S_MAX = 86_400;
