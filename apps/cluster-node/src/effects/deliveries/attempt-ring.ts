import type { RecordedAttempt } from './delivery-attempt.ts';

/** Attempts that a node keeps in memory, written or not; with more, the oldest goes. */
export const RING_ATTEMPTS_MAX = 4_096;
/** And their bytes, roughly. */
export const RING_BYTES_MAX = 32 * 1024 * 1024;
/** What an attempt takes beside its bodies. */
const ATTEMPT_BYTES = 1_024;

interface Entry {
  record: RecordedAttempt;
  readonly bytes: number;
  isWritten: boolean;
}

export interface RingLimits {
  readonly attemptsMax: number;
  readonly bytesMax: number;
}

export const RING_LIMITS: RingLimits = {
  attemptsMax: RING_ATTEMPTS_MAX,
  bytesMax: RING_BYTES_MAX,
};

/** The newest attempts of this node: to be shown while Postgres is away, and to be written when it is there. */
export class AttemptRing {
  readonly #limits: RingLimits;
  /** Oldest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #unwritten = new Map<string, Entry>();
  readonly #onEvict: (record: RecordedAttempt) => void;
  #bytes = 0;
  #dropped = 0;

  constructor(limits: RingLimits, onEvict: (record: RecordedAttempt) => void = () => undefined) {
    this.#limits = limits;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get unwritten(): number {
    return this.#unwritten.size;
  }

  /** Attempts that went before they were written: they are lost to readers. */
  get dropped(): number {
    return this.#dropped;
  }

  add(record: RecordedAttempt): void {
    const key = keyOf(record);
    this.#remove(key);
    const entry: Entry = { record, bytes: bytesOf(record), isWritten: false };
    this.#entries.set(key, entry);
    this.#unwritten.set(key, entry);
    this.#bytes += entry.bytes;
    while (this.#entries.size > this.#limits.attemptsMax || this.#bytes > this.#limits.bytesMax) {
      const oldest = this.#entries.keys().next();
      if (oldest.done === true) break;
      this.#evict(oldest.value);
    }
  }

  /** Changes the record of an attempt that is still here, and writes it again. */
  change(record: RecordedAttempt): void {
    const key = keyOf(record);
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.record = record;
    entry.isWritten = false;
    this.#unwritten.set(key, entry);
  }

  /** Oldest first; at most so many attempts and bytes, but at least one when there is one. */
  batch(attemptsMax: number, bytesMax: number): readonly RecordedAttempt[] {
    const records: RecordedAttempt[] = [];
    let bytes = 0;
    for (const { record, bytes: size } of this.#unwritten.values()) {
      if (records.length >= attemptsMax || (records.length > 0 && bytes + size > bytesMax)) break;
      records.push(record);
      bytes += size;
    }
    return records;
  }

  /** Those that have been changed since the batch was taken stay unwritten. */
  written(records: readonly RecordedAttempt[]): void {
    for (const record of records) {
      const key = keyOf(record);
      const entry = this.#unwritten.get(key);
      if (entry === undefined || entry.record !== record) continue;
      entry.isWritten = true;
      this.#unwritten.delete(key);
    }
  }

  /** Newest first. */
  *ofAgent(agentId: string): Generator<RecordedAttempt> {
    for (const { record } of [...this.#entries.values()].reverse())
      if (record.agentId === agentId) yield record;
  }

  #evict(key: string): void {
    const entry = this.#remove(key);
    if (entry === null) return;
    if (!entry.isWritten) this.#dropped += 1;
    this.#onEvict(entry.record);
  }

  #remove(key: string): Entry | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    this.#entries.delete(key);
    this.#unwritten.delete(key);
    this.#bytes -= entry.bytes;
    return entry;
  }
}

function keyOf({ sessionId, epoch, attempt }: RecordedAttempt): string {
  return `${sessionId}:${epoch}:${attempt}`;
}

function bytesOf({ request, response, error, url }: RecordedAttempt): number {
  let length = (error?.length ?? 0) + (url?.length ?? 0);
  for (const message of [request, response])
    if (message !== null) length += message.body.length + JSON.stringify(message.headers).length;
  // Text beyond Latin-1 takes two bytes a character.
  return ATTEMPT_BYTES + length * 2;
}
