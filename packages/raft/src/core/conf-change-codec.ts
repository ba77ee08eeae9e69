import type { ConfChangeSingle, ConfChangeType, ConfChangeV2, Entry } from './types.ts';

/**
 * Configuration changes inside entries. Layout: transition (1 byte), count (1 byte), then per change its type
 * (1 byte) and the replica id (8 bytes, unsigned big-endian), then the context.
 */
const TRANSITIONS = ['auto', 'joint-implicit', 'joint-explicit'] as const;
const TYPES: readonly ConfChangeType[] = ['add-node', 'remove-node', 'update-node', 'add-learner-node'];
const CHANGE_BYTES = 9;

export class ConfChangeDecodeError extends Error {}

export function encodeConfChange(change: ConfChangeV2): Uint8Array {
  const bytes = new Uint8Array(2 + change.changes.length * CHANGE_BYTES + change.context.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = TRANSITIONS.indexOf(change.transition);
  bytes[1] = change.changes.length;
  change.changes.forEach(({ type, nodeId }, at) => {
    view.setUint8(2 + at * CHANGE_BYTES, TYPES.indexOf(type));
    view.setFloat64(3 + at * CHANGE_BYTES, nodeId);
  });
  bytes.set(change.context, 2 + change.changes.length * CHANGE_BYTES);
  return bytes;
}

/** Throws ConfChangeDecodeError on anything that `encodeConfChange` doesn't make. */
export function decodeConfChange(entry: Entry): ConfChangeV2 {
  const { data } = entry;
  if (data.length === 0) return { transition: 'auto', changes: [], context: data };
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const transition = TRANSITIONS[view.getUint8(0)];
  const count = data[1] ?? 0;
  const contextAt = 2 + count * CHANGE_BYTES;
  if (transition === undefined || data.length < contextAt) throw new ConfChangeDecodeError(`entry ${entry.index}`);
  const changes: ConfChangeSingle[] = [];
  for (let at = 0; at < count; at += 1) {
    const type = TYPES[view.getUint8(2 + at * CHANGE_BYTES)];
    const nodeId = view.getFloat64(3 + at * CHANGE_BYTES);
    if (type === undefined || !Number.isSafeInteger(nodeId) || nodeId < 1) throw new ConfChangeDecodeError(`entry ${entry.index}, change ${at}`);
    changes.push({ type, nodeId });
  }
  return { transition, changes, context: data.slice(contextAt) };
}
