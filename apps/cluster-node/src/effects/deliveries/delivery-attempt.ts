import type { AttemptState, DeliveryState, FailureCode } from '@fleetlm/protocol';
import type { AttemptReport, ReportedMessage } from '../dispatch/attempt/attempt-report.ts';
import { failureSignature } from './failure-signature.ts';

/** One attempt as it is kept and listed. Times are Unix milliseconds, durations milliseconds. */
export interface DeliveryAttempt {
  readonly agentId: string;
  readonly sessionId: string;
  readonly userId: string;
  /** The turn. */
  readonly epoch: number;
  readonly attempt: number;
  readonly throughSeq: number | null;
  readonly isReplay: boolean;
  /** What has become of the turn, as long as no later attempt says otherwise. */
  readonly state: DeliveryState;
  readonly status: number | null;
  readonly errorCode: FailureCode | null;
  readonly error: string | null;
  /** Failures of one kind have the same; null: it did not fail. */
  readonly signature: string | null;
  readonly url: string | null;
  readonly startedAtMs: number;
  readonly firstByteMs: number | null;
  readonly firstTokenMs: number | null;
  readonly totalMs: number;
  readonly nextAttemptAtMs: number | null;
  readonly nodeId: string;
}

/** With what went over the wire. */
export interface RecordedAttempt extends DeliveryAttempt {
  readonly request: ReportedMessage | null;
  readonly response: ReportedMessage | null;
}

/** One turn with the attempts that are known of it, in their order; there is at least one. */
export interface Delivery<A extends DeliveryAttempt = DeliveryAttempt> {
  readonly id: string;
  readonly state: DeliveryState;
  readonly isReplay: boolean;
  /** Of the first attempt that is known. */
  readonly startedAtMs: number;
  readonly newest: A;
  readonly attempts: readonly A[];
}

/** An attempt in JSON beside its texts. */
const ATTEMPT_ENVELOPE_BYTES_MAX = 512;
/** A delivery beside its attempts; its names and ids count with each of them. */
const DELIVERY_ENVELOPE_BYTES_MAX = 512;

/** An attempt without what went over the wire, as JSON in UTF-8, at most. */
export function attemptBytes({ error, url, userId, signature }: DeliveryAttempt): number {
  return (
    ATTEMPT_ENVELOPE_BYTES_MAX + Buffer.byteLength(JSON.stringify([error, url, userId, signature]))
  );
}

function deliveryBytes({ attempts }: Delivery): number {
  let bytes = DELIVERY_ENVELOPE_BYTES_MAX;
  for (const attempt of attempts) bytes += attemptBytes(attempt);
  return bytes;
}

/** The first of these, as many as fit; at least one when there is one. */
export function fittingDeliveries<A extends DeliveryAttempt>(
  deliveries: readonly Delivery<A>[],
  { limit, bytesMax }: { readonly limit: number; readonly bytesMax: number },
): readonly Delivery<A>[] {
  let bytes = 0;
  const end = deliveries.findIndex((delivery, at) => {
    bytes += deliveryBytes(delivery);
    return at >= limit || (at > 0 && bytes > bytesMax);
  });
  return end === -1 ? deliveries : deliveries.slice(0, end);
}

export function deliveryId({
  sessionId,
  epoch,
}: Pick<DeliveryAttempt, 'sessionId' | 'epoch'>): string {
  return `${sessionId}:${epoch}`;
}

export function recordOf(
  report: AttemptReport,
  nodeId: string,
  isReplay: boolean,
): RecordedAttempt {
  const { sessionId, userId, agentId, epoch, attempt, throughSeq, url, status, error } = report;
  return {
    agentId,
    sessionId,
    userId,
    epoch,
    attempt,
    throughSeq,
    isReplay,
    state: stateOf(report.outcome),
    status,
    errorCode: report.failureCode,
    error,
    signature:
      report.failureCode === null ? null : failureSignature(report.failureCode, status, error),
    url,
    startedAtMs: report.startedAtMs,
    firstByteMs: rounded(report.firstByteMs),
    firstTokenMs: rounded(report.firstTokenMs),
    totalMs: rounded(report.totalMs) ?? 0,
    nextAttemptAtMs: report.nextAttemptAtMs,
    nodeId,
    request: report.request,
    response: report.response,
  };
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}

function stateOf(outcome: AttemptReport['outcome']): DeliveryState {
  switch (outcome) {
    case 'answered':
      return 'delivered';
    case 'broken-off':
      return 'broken_off';
    case 'will-retry':
      return 'pending';
    case 'failed':
      return 'failed';
    case 'dropped':
      return 'stopped';
    default:
      return outcome satisfies never;
  }
}

/** An attempt that failed has failed, whatever becomes of the turn after it. */
export function attemptState({
  state,
  errorCode,
}: Pick<DeliveryAttempt, 'state' | 'errorCode'>): AttemptState {
  if (state === 'pending' || (state === 'stopped' && errorCode !== null)) return 'failed';
  return state;
}

/** Puts attempts from several sources together, newest turn first. The later source wins for the same attempt. */
export function deliveriesOf<A extends DeliveryAttempt>(
  attempts: Iterable<A>,
): readonly Delivery<A>[] {
  const byDelivery = new Map<string, Map<number, A>>();
  for (const attempt of attempts) {
    const id = deliveryId(attempt);
    const known = byDelivery.get(id) ?? new Map<number, A>();
    byDelivery.set(id, known.set(attempt.attempt, attempt));
  }
  const deliveries: Delivery<A>[] = [];
  for (const [id, byNumber] of byDelivery) {
    const ordered = [...byNumber.values()].sort((a, b) => a.attempt - b.attempt);
    const newest = ordered.at(-1);
    if (newest === undefined) continue;
    deliveries.push({
      id,
      state: newest.state,
      isReplay: ordered.some(({ isReplay }) => isReplay),
      startedAtMs: Math.min(...ordered.map(({ startedAtMs }) => startedAtMs)),
      newest,
      attempts: ordered,
    });
  }
  return deliveries.sort(newestFirst);
}

/** A place in the list of deliveries. */
export interface DeliveryPlace {
  readonly startedAtMs: number;
  readonly id: string;
}

export function newestFirst(a: DeliveryPlace, b: DeliveryPlace): number {
  if (a.startedAtMs !== b.startedAtMs) return b.startedAtMs - a.startedAtMs;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
