/**
 * What one node publishes to others without waiting for an answer. A missed report is made good by the next, chunks and events
 * that are followed are counted.
 */
export type PublishKind = 'chunk' | 'report' | 'event' | 'followed' | 'unfollow';

const KINDS: readonly PublishKind[] = ['chunk', 'report', 'event', 'followed', 'unfollow'];

/** One byte for the kind, then the body. */
export function encodePublish(kind: PublishKind, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(body.length + 1);
  frame[0] = KINDS.indexOf(kind) + 1;
  frame.set(body, 1);
  return frame;
}

/** `later`: of a kind that came with a later version. Null: malformed. */
export function decodePublish(
  frame: Uint8Array,
): { readonly kind: PublishKind; readonly body: Uint8Array } | 'later' | null {
  const [number = 0] = frame;
  if (number === 0) return null;
  const kind = KINDS[number - 1];
  return kind === undefined ? 'later' : { kind, body: frame.subarray(1) };
}
