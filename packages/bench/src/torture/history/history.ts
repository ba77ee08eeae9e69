import { Column } from './column.ts';
import type {
  AppendOperation,
  CursorOperation,
  Outcome,
  ReadOperation,
  RepeatedAck,
  StreamFault,
} from './operations.ts';

/** Of each kind; a run that reaches it stops its load and is checked as far as it came. About 200 MB in all. */
export const OPERATIONS_MAX = 2_000_000;
/** A run with so many repeated acks or faults of streams has enough to show. */
const NOTES_MAX = 100_000;

const OUTCOMES: readonly Outcome[] = ['ok', 'refused', 'unknown'];

/** Everything the clients of a run did, in columns of numbers. */
export class History {
  readonly repeatedAcks: RepeatedAck[] = [];
  readonly streamFaults: StreamFault[] = [];
  readonly #appends = columns('session', 'contentDigest', 'callMs', 'returnMs', 'outcome', 'seq');
  readonly #reads = columns(
    'session',
    'callMs',
    'returnMs',
    'afterSeq',
    'limit',
    'count',
    'headSeq',
    'digest',
  );
  readonly #cursors = columns('session', 'callMs', 'returnMs', 'requested', 'returned', 'outcome');

  get appendCount(): number {
    return this.#appends.session.length;
  }

  get readCount(): number {
    return this.#reads.session.length;
  }

  get cursorCount(): number {
    return this.#cursors.session.length;
  }

  get isFull(): boolean {
    return Math.max(this.appendCount, this.readCount, this.cursorCount) >= OPERATIONS_MAX;
  }

  /** The answer is the number of the append. Until it ends its outcome is unknown. */
  beginAppend(session: number, contentDigest: number, callMs: number): number {
    const number = this.appendCount;
    push(this.#appends, {
      session,
      contentDigest,
      callMs,
      returnMs: Number.POSITIVE_INFINITY,
      outcome: OUTCOMES.indexOf('unknown'),
      seq: 0,
    });
    return number;
  }

  /** The content carries the append's number, so its digest is known only after the beginning. */
  describeAppend(number: number, contentDigest: number): void {
    this.#appends.contentDigest.set(number, contentDigest);
  }

  acknowledge(number: number, seq: number, returnMs: number): void {
    if (this.#appends.seq.at(number) !== 0) {
      if (this.repeatedAcks.length < NOTES_MAX) this.repeatedAcks.push({ append: number, seq });
      return;
    }
    this.#appends.seq.set(number, seq);
    this.#appends.returnMs.set(number, returnMs);
    this.#appends.outcome.set(number, OUTCOMES.indexOf('ok'));
  }

  /** All attempts were refused definitely. */
  refuse(number: number, returnMs: number): void {
    this.#appends.returnMs.set(number, returnMs);
    this.#appends.outcome.set(number, OUTCOMES.indexOf('refused'));
  }

  addRead(read: ReadOperation): void {
    push(this.#reads, { ...read });
  }

  addCursor(cursor: CursorOperation): void {
    push(this.#cursors, { ...cursor, outcome: OUTCOMES.indexOf(cursor.outcome) });
  }

  addStreamFault(fault: StreamFault): void {
    if (this.streamFaults.length < NOTES_MAX) this.streamFaults.push(fault);
  }

  append(number: number): AppendOperation {
    const { session, contentDigest, callMs, returnMs, outcome, seq } = this.#appends;
    return {
      session: session.at(number),
      contentDigest: contentDigest.at(number),
      callMs: callMs.at(number),
      returnMs: returnMs.at(number),
      outcome: outcomeAt(outcome, number),
      seq: seq.at(number),
    };
  }

  *appends(): IterableIterator<AppendOperation> {
    for (let number = 0; number < this.appendCount; number += 1) yield this.append(number);
  }

  *reads(): IterableIterator<ReadOperation> {
    const { session, callMs, returnMs, afterSeq, limit, count, headSeq, digest } = this.#reads;
    for (let at = 0; at < this.readCount; at += 1)
      yield {
        session: session.at(at),
        callMs: callMs.at(at),
        returnMs: returnMs.at(at),
        afterSeq: afterSeq.at(at),
        limit: limit.at(at),
        count: count.at(at),
        headSeq: headSeq.at(at),
        digest: digest.at(at),
      };
  }

  *cursors(): IterableIterator<CursorOperation> {
    const { session, callMs, returnMs, requested, returned, outcome } = this.#cursors;
    for (let at = 0; at < this.cursorCount; at += 1)
      yield {
        session: session.at(at),
        callMs: callMs.at(at),
        returnMs: returnMs.at(at),
        requested: requested.at(at),
        returned: returned.at(at),
        outcome: outcomeAt(outcome, at),
      };
  }
}

function columns<Name extends string>(...names: readonly Name[]): Readonly<Record<Name, Column>> {
  const made: Partial<Record<Name, Column>> = {};
  for (const name of names) made[name] = new Column();
  return made as Readonly<Record<Name, Column>>;
}

function push<Name extends string>(
  to: Readonly<Record<Name, Column>>,
  values: Readonly<Record<Name, number>>,
): void {
  for (const name in to) to[name].push(values[name]);
}

function outcomeAt(column: Column, index: number): Outcome {
  const outcome = OUTCOMES[column.at(index)];
  if (outcome === undefined) throw new Error(`no outcome at ${index}`);
  return outcome;
}
