import type { DispatchState } from '@fleetlm/conversation';
import { PAGE_BYTES_MAX } from '@fleetlm/protocol';
import type { AttemptReport, TurnDecision } from '../dispatch/attempt/attempt-report.ts';
import { AttemptRing, RING_LIMITS, type RingLimits } from './attempt-ring.ts';
import {
  attemptBytes,
  type DeliveryAttempt,
  type RecordedAttempt,
  recordOf,
} from './delivery-attempt.ts';

/** Replays that wait for their first attempt; with more, the oldest is not marked as one. */
const REPLAYS_MAX = 10_000;

export interface DeliveryLogOptions {
  readonly nodeId: string;
  readonly limits?: RingLimits;
  /** Must not block or throw. */
  readonly onReported: (record: RecordedAttempt) => void;
  /** A turn ended as this attempt says, by a committed entry. Must not block or throw. */
  readonly onEnded: (record: RecordedAttempt) => void;
  /** There is something to be written. Must not block or throw. */
  readonly onUnwritten: () => void;
}

/** Takes the reports of this node's attempts down, in memory; nothing here waits for anything. */
export class DeliveryLog {
  readonly ring: AttemptRing;
  readonly #options: DeliveryLogOptions;
  /** By session: the attempt after which another one is to follow. */
  readonly #pending = new Map<string, RecordedAttempt>();
  /**
   * By session: the attempt that ends its turn once that is committed. Not listed before, since a dead letter is what the
   * log says is one. A decision follows each, so there are no more than calls at once.
   */
  readonly #ending = new Map<string, RecordedAttempt>();
  /** Sessions whose next turn was asked for by the owner, with its epoch. */
  readonly #replays = new Map<string, number>();

  constructor(options: DeliveryLogOptions) {
    this.#options = options;
    this.ring = new AttemptRing(options.limits ?? RING_LIMITS, (record) => this.#forget(record));
  }

  report(report: AttemptReport): void {
    const { sessionId, epoch } = report;
    const isReplay = this.#replays.get(sessionId) === epoch;
    const record = recordOf(report, this.#options.nodeId, isReplay);
    if (isReplay && record.state === 'stopped') this.#replays.delete(sessionId);
    if (record.state === 'pending') this.#pending.set(sessionId, record);
    else this.#pending.delete(sessionId);
    this.#options.onReported(record);
    if (isEnd(record)) this.#ending.set(sessionId, record);
    else this.#keep(record);
  }

  /** The log decided whether the turn ended as its newest report says. */
  decided({ sessionId, epoch, isCommitted }: TurnDecision): void {
    const record = this.#ending.get(sessionId);
    if (record?.epoch !== epoch) return;
    this.#ending.delete(sessionId);
    this.#keep(isCommitted ? record : { ...record, state: 'stopped' });
    if (!isCommitted) return;
    if (record.isReplay) this.#replays.delete(sessionId);
    this.#options.onEnded(record);
  }

  #keep(record: RecordedAttempt): void {
    this.ring.add(record);
    this.#options.onUnwritten();
  }

  /** The owner has asked for the turn `epoch` of a session: it is marked as a replay. */
  replayed(sessionId: string, epoch: number): void {
    this.#replays.delete(sessionId);
    this.#replays.set(sessionId, epoch);
    const oldest = this.#replays.keys().next();
    if (this.#replays.size > REPLAYS_MAX && oldest.done !== true)
      this.#replays.delete(oldest.value);
  }

  /** An effect of a committed command, on every replica: a turn that is over gets no other attempt. */
  dispatchChanged(sessionId: string, dispatch: DispatchState): void {
    const last = this.#pending.get(sessionId);
    if (last === undefined) return;
    const isOver =
      dispatch.epoch > last.epoch || (dispatch.epoch === last.epoch && dispatch.status === 'idle');
    if (!isOver && (dispatch.status === 'waiting' || dispatch.epoch < last.epoch)) return;
    // What follows is recorded by the node that makes it.
    this.#pending.delete(sessionId);
    if (!isOver) return;
    this.ring.change({ ...last, state: 'stopped', nextAttemptAtMs: null });
    this.#options.onUnwritten();
  }

  /** Turns of the agent that wait for another attempt of this node. */
  retrying(agentId: string): number {
    let count = 0;
    for (const pending of this.#pending.values()) if (pending.agentId === agentId) count += 1;
    return count;
  }

  /** The newest attempts of an agent, without what went over the wire. */
  recent(agentId: string, limit: number, bytesMax = PAGE_BYTES_MAX): readonly DeliveryAttempt[] {
    const attempts: DeliveryAttempt[] = [];
    let bytes = 0;
    for (const record of this.ring.ofAgent(agentId)) {
      bytes += attemptBytes(record);
      if (attempts.length >= limit || (attempts.length > 0 && bytes > bytesMax)) break;
      attempts.push(withoutExchange(record));
    }
    return attempts;
  }

  /** What is still known of one turn, with what went over the wire. */
  ofDelivery(agentId: string, sessionId: string, epoch: number): readonly RecordedAttempt[] {
    return [...this.ring.ofAgent(agentId)].filter(
      (record) => record.sessionId === sessionId && record.epoch === epoch,
    );
  }

  #forget(record: RecordedAttempt): void {
    const pending = this.#pending.get(record.sessionId);
    if (pending?.epoch === record.epoch && pending.attempt === record.attempt)
      this.#pending.delete(record.sessionId);
  }
}

/** No attempt follows: the turn ends with it, once that is committed. */
function isEnd({ state }: RecordedAttempt): boolean {
  return state === 'delivered' || state === 'broken_off' || state === 'failed';
}

function withoutExchange({
  request: _,
  response: __,
  ...attempt
}: RecordedAttempt): DeliveryAttempt {
  return attempt;
}
