import { hash } from 'node:crypto';

/** The parts of a message that must be the same wherever it is read. */
export interface DigestedMessage {
  readonly id: string;
  readonly seq: number;
  readonly sender_id: string;
  readonly kind: string;
  readonly content: unknown;
  readonly metadata: unknown;
}

/** 48 bits of SHA-256: fits a number, and two of a run's messages collide about never. */
export function digestOf(text: string): number {
  return hash('sha256', text, 'buffer').readUIntBE(0, 6);
}

export function contentDigest(content: unknown): number {
  return digestOf(canonicalJson(content));
}

export function messageDigest(message: DigestedMessage): number {
  const { id, seq, sender_id, kind, content, metadata } = message;
  return digestOf(canonicalJson({ id, seq, sender_id, kind, content, metadata }));
}

/** Of several digests in order. */
export function sequenceDigest(digests: readonly number[]): number {
  return digestOf(digests.join(' '));
}

/** JSON with sorted names: two objects are the same whatever the order of theirs. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`);
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
