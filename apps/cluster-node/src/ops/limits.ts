/** Bounds of the operations port. */

/** Connections of the operations port; more are closed at once. */
export const OPS_CONNECTIONS_MAX = 64;
/** How long a profile is taken, in seconds. */
export const PROFILE_SECONDS_MAX = 60;
export const PROFILE_SECONDS_DEFAULT = 10;
/** Profiles that are taken at once; another one is a `conflict`. */
export const PROFILES_MAX = 1;
/** Between two samples of a CPU profile, in microseconds: 60,000 samples at most. */
export const CPU_SAMPLE_MICROSECONDS = 1_000;
/** Allocated bytes between two samples of a heap profile, on average. */
export const HEAP_SAMPLE_BYTES = 128 * 1024;
/** How long a log level that was set with a time lasts, in seconds: a day. */
export const LOG_LEVEL_SECONDS_MAX = 86_400;
