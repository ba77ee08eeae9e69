import { CONTENT_BYTES_MAX, METADATA_BYTES_MAX, REPLY_BYTES_MAX } from '@fleetlm/protocol';

/** Bounds between the stages of a node. Each stage takes whatever the stages before it let through. */

/** A frame between two nodes; the sender refuses a larger one, the receiver closes the connection. */
export const MESH_FRAME_BYTES_MAX = 16 * 1024 * 1024;
/** Bytes that wait for a peer; frames beyond are dropped, and Raft repeats itself. */
export const MESH_QUEUE_BYTES_MAX = 64 * 1024 * 1024;

/** What a command holds beside its payloads: ids, times, previews, error texts. */
export const COMMAND_OVERHEAD_BYTES_MAX = 64 * 1024;
/** An entry of the log: a user's message and the partial reply that it ends fit together. */
export const ENTRY_BYTES_MAX =
  REPLY_BYTES_MAX + CONTENT_BYTES_MAX + METADATA_BYTES_MAX + COMMAND_OVERHEAD_BYTES_MAX;
