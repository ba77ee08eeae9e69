/** Bounds of what this app's own server takes, waits for and remembers. */

/** A secret that signs or encrypts, in characters. */
export const SECRET_LENGTH_MIN = 32;

/** A role that was read from Postgres is used this long before it is read again, in milliseconds. */
export const ROLE_FRESH_MS = 2_000;
/** While Postgres is unreachable, a role that it confirmed goes on opening pages this long, in milliseconds. */
export const ROLE_GRACE_MS = 15 * 60_000;
/** A session's account is waited for this long, in milliseconds. */
export const ACCOUNT_READ_TIMEOUT_MS = 2_000;
/** After a read that failed, Postgres is asked again this much later, in milliseconds. */
export const ACCOUNT_RETRY_MS = 5_000;
/** Reads of sessions' accounts in flight in one process. */
export const ACCOUNT_READS_MAX = 64;
/** Sessions whose standing one process remembers. */
export const SESSIONS_REMEMBERED_MAX = 10_000;
/** A query of the accounts, in milliseconds. */
export const ACCOUNT_QUERY_TIMEOUT_MS = 5_000;

/** The body of a request to one of this app's routes, in bytes. */
export const ROUTE_BODY_BYTES_MAX = 64 * 1024;
/** The body of a request is waited for this long, in milliseconds. */
export const ROUTE_BODY_TIMEOUT_MS = 10_000;
/** A part of a route's path, decoded, in UTF-16 code units. */
export const PATH_PARAMETER_LENGTH_MAX = 256;
/** Messages of an older page of a conversation. */
export const OLDER_MESSAGES_MAX = 200;
/** The name of a conversation, in UTF-16 code units. */
export const TITLE_LENGTH_MAX = 120;
/** The text of a message in the composer, in bytes of UTF-8: what the cluster takes, with room for its JSON. */
export const COMPOSED_TEXT_BYTES_MAX = 200 * 1024;
/** The text of a message together with what is attached, in bytes. */
export const COMPOSED_MESSAGE_BYTES_MAX = 240 * 1024;
/** Why a tool call is denied, in UTF-16 code units. */
export const DENIAL_REASON_LENGTH_MAX = 500;
/** The small picture of a file, as a data URL, in UTF-16 code units: eight of them fit a message beside its words. */
export const THUMBNAIL_LENGTH_MAX = 12 * 1024;
/** The arguments of a server action, in bytes. */
export const ACTION_BODY_BYTES_MAX = 1024 * 1024;

/** An e-mail address, in UTF-16 code units. */
export const EMAIL_LENGTH_MAX = 254;
/** The name of an account, and its id, in UTF-16 code units. */
export const ACCOUNT_NAME_LENGTH_MAX = 128;
/** A password that is checked, in UTF-16 code units. */
export const CHECKED_PASSWORD_LENGTH_MAX = 1_000;

/** Attempts to sign in are counted over this time, in milliseconds. */
export const SIGN_IN_WINDOW_MS = 60_000;
/** Attempts at one account from one address within the window. */
export const SIGN_INS_PER_PAIR_MAX = 10;
/** Attempts at any account from one address within the window. */
export const SIGN_INS_PER_ADDRESS_MAX = 60;
/** Attempts at one account from all addresses within the window, without those of devices that it is known to use. */
export const SIGN_INS_PER_ACCOUNT_MAX = 30;
/** Accounts, addresses and pairs of them that are counted; the one that was tried longest ago makes room. */
export const SIGN_IN_COUNTS_MAX = 30_000;
/** Hashes of passwords that are computed at once in one process. */
export const HASHES_MAX = 2;
/** Hashes of passwords that wait for one that runs. */
export const HASHES_WAITING_MAX = 32;
/** A browser is remembered as a device of an account this long after a sign-in, in seconds. */
export const KNOWN_DEVICE_SECONDS = 365 * 24 * 3_600;
/** Accounts whose sign-in one browser remembers. */
export const KNOWN_DEVICE_ACCOUNTS_MAX = 4;
