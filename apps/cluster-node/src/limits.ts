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

/** Bounds between the stages of a node. Each stage takes whatever the stages before it let through. */

/** What a command holds beside its payloads: ids, times, previews, error texts. */
export const COMMAND_OVERHEAD_BYTES_MAX = 64 * 1024;
/** An entry of the log: a user's message and the partial reply that it ends fit together. */
export const ENTRY_BYTES_MAX =
  REPLY_BYTES_MAX + CONTENT_BYTES_MAX + METADATA_BYTES_MAX + COMMAND_OVERHEAD_BYTES_MAX;

/** The beginning of a message's text that search looks through. */
export const SEARCH_TEXT_LENGTH_MAX = 32_768;
/** What a reader is sent of a message beside its payload: ids, times and names, every character escaped. */
export const MESSAGE_ENVELOPE_BYTES_MAX = 512 + 6 * (USER_ID_LENGTH_MAX + KIND_LENGTH_MAX);
/** What a reader is sent of a session beside its metadata: ids, times, names and the preview, every character escaped. */
export const SESSION_ENVELOPE_BYTES_MAX =
  1024 +
  6 * (2 * USER_ID_LENGTH_MAX + AGENT_ID_LENGTH_MAX + AGENT_NAME_LENGTH_MAX + PREVIEW_LENGTH_MAX);
