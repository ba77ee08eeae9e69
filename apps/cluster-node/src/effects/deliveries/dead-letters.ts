import type { FailureCode } from '@fleetlm/protocol';
import type { DeliveryAttempt } from './delivery-attempt.ts';
import { type Delivery, deliveriesOf } from './delivery-attempt.ts';
import { groupIdOf } from './failure-signature.ts';

/** Groups that are shown; there are as many as there are kinds of failures, which is few. */
export const DEAD_LETTER_GROUPS_MAX = 100;

/** Turns that failed for one reason and that nothing has followed. Times are Unix milliseconds. */
export interface DeadLetterGroup {
  readonly id: string;
  readonly errorCode: FailureCode;
  readonly status: number | null;
  /** Of the newest one. */
  readonly error: string;
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** The newest one. */
  readonly example: string;
}

export function groupOfDelivery({ newest }: Delivery): string | null {
  return newest.signature === null ? null : groupIdOf(newest.signature);
}

/** The dead letters among these: the newest turn of its session, and failed. */
export function deadLettersOf<A extends DeliveryAttempt>(
  attempts: Iterable<A>,
): readonly Delivery<A>[] {
  const deliveries = deliveriesOf(attempts);
  const lastEpochs = new Map<string, number>();
  for (const { newest } of deliveries)
    lastEpochs.set(newest.sessionId, Math.max(newest.epoch, lastEpochs.get(newest.sessionId) ?? 0));
  return deliveries.filter(
    ({ state, newest }) => state === 'failed' && lastEpochs.get(newest.sessionId) === newest.epoch,
  );
}

/** Newest first. */
export function groupsOf(deadLetters: readonly Delivery[]): readonly DeadLetterGroup[] {
  const groups = new Map<string, DeadLetterGroup>();
  for (const delivery of deadLetters) {
    const { newest } = delivery;
    const id = groupOfDelivery(delivery);
    if (id === null || newest.errorCode === null) continue;
    const atMs = newest.startedAtMs + newest.totalMs;
    const known = groups.get(id);
    const isNewest = known === undefined || atMs > known.lastAtMs;
    groups.set(id, {
      id,
      errorCode: newest.errorCode,
      status: newest.status,
      error: isNewest ? (newest.error ?? newest.errorCode) : known.error,
      count: (known?.count ?? 0) + 1,
      firstAtMs: Math.min(atMs, known?.firstAtMs ?? atMs),
      lastAtMs: Math.max(atMs, known?.lastAtMs ?? atMs),
      example: isNewest ? delivery.id : known.example,
    });
  }
  return [...groups.values()]
    .sort((a, b) => b.lastAtMs - a.lastAtMs)
    .slice(0, DEAD_LETTER_GROUPS_MAX);
}
