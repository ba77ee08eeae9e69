import { CONTENT_BYTES_MAX, METADATA_BYTES_MAX, REPLY_BYTES_MAX } from '@fleetlm/protocol';

/** Bounds between the stages of a node. Each stage takes whatever the stages before it let through. */

/** What a command holds beside its payloads: ids, times, previews, error texts. */
export const COMMAND_OVERHEAD_BYTES_MAX = 64 * 1024;
/** An entry of the log: a user's message and the partial reply that it ends fit together. */
export const ENTRY_BYTES_MAX =
  REPLY_BYTES_MAX + CONTENT_BYTES_MAX + METADATA_BYTES_MAX + COMMAND_OVERHEAD_BYTES_MAX;
