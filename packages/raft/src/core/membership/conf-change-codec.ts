import type { ConfChangeSingle, ConfChangeType, ConfChangeV2, Entry } from '../types.ts';

const TRANSITIONS = ['auto', 'joint-implicit', 'joint-explicit'] as const;
const TYPES: readonly ConfChangeType[] = [
  'add-node',
  'remove-node',
  'update-node',
  'add-learner-node',
];
const HEADER_BYTES = 2;
const CHANGE_BYTES = 9;
const CHANGES_MAX = 255;
const TWO_32 = 2 ** 32;

/** Bytes that `encodeConfChange` doesn't make, in an entry that says it is a configuration change. */
export class ConfChangeDecodeError extends Error {
  constructor(detail: string) {
    super(`malformed configuration change: ${detail}`);
    this.name = 'ConfChangeDecodeError';
  }
}

/** Why `encodeConfChange` can't write a change; null: it can. */
export function confChangeFault({ transition, changes }: ConfChangeV2): string | null {
  if (!TRANSITIONS.includes(transition)) return `transition ${transition}`;
  if (changes.length > CHANGES_MAX) return `${changes.length} changes at once`;
  for (const { type, nodeId } of changes) {
    if (!TYPES.includes(type)) return `type ${type}`;
    if (!Number.isSafeInteger(nodeId) || nodeId < 1) return `replica id ${nodeId}`;
  }
  return null;
}

/**
 * Configuration changes inside entries. Layout: transition (1 byte), count (1 byte), then per change its
 * type (1 byte) and the replica id (8 bytes, unsigned big-endian), then the context. Leaving a joint
 * configuration may also be written as no bytes at all. Throws RangeError for what `confChangeFault` names.
 */
export function encodeConfChange(change: ConfChangeV2): Uint8Array {
  const { changes, context } = change;
  const fault = confChangeFault(change);
  if (fault !== null) throw new RangeError(fault);
  const contextAt = HEADER_BYTES + changes.length * CHANGE_BYTES;
  const bytes = new Uint8Array(contextAt + context.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, TRANSITIONS.indexOf(change.transition));
  view.setUint8(1, changes.length);
  changes.forEach(({ type, nodeId }, i) => {
    const at = HEADER_BYTES + i * CHANGE_BYTES;
    view.setUint8(at, TYPES.indexOf(type));
    view.setUint32(at + 1, Math.floor(nodeId / TWO_32));
    view.setUint32(at + 5, nodeId % TWO_32);
  });
  bytes.set(context, contextAt);
  return bytes;
}

/** Throws ConfChangeDecodeError on anything that `encodeConfChange` doesn't make. */
export function decodeConfChange(entry: Entry): ConfChangeV2 {
  const { data } = entry;
  if (data.length === 0) return { transition: 'auto', changes: [], context: data };
  const where = `entry ${entry.index}`;
  if (data.length < HEADER_BYTES) throw new ConfChangeDecodeError(where);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const transition = TRANSITIONS[view.getUint8(0)];
  const count = view.getUint8(1);
  const contextAt = HEADER_BYTES + count * CHANGE_BYTES;
  if (transition === undefined || data.length < contextAt) throw new ConfChangeDecodeError(where);
  const changes: ConfChangeSingle[] = [];
  for (let i = 0; i < count; i += 1) {
    const at = HEADER_BYTES + i * CHANGE_BYTES;
    const type = TYPES[view.getUint8(at)];
    const nodeId = view.getUint32(at + 1) * TWO_32 + view.getUint32(at + 5);
    if (type === undefined || !Number.isSafeInteger(nodeId) || nodeId < 1) {
      throw new ConfChangeDecodeError(`${where}, change ${i}`);
    }
    changes.push({ type, nodeId });
  }
  return { transition, changes, context: data.slice(contextAt) };
}
