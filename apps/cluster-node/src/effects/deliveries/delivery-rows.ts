import {
  DELIVERY_STATES,
  type DeliveryState,
  FAILURE_CODES,
  type FailureCode,
} from '@fleetlm/protocol';
import type { ReportedMessage } from '../dispatch/attempt/attempt-report.ts';
import {
  attemptState,
  type Delivery,
  deliveriesOf,
  type RecordedAttempt,
} from './delivery-attempt.ts';

/** Rows on their way to Postgres as one JSON text a batch, and on their way back. */

export function attemptRows(records: readonly RecordedAttempt[]): string {
  return JSON.stringify(
    records.map((record) => ({
      agent_id: record.agentId,
      session_id: record.sessionId,
      epoch: record.epoch,
      attempt: record.attempt,
      state: attemptState(record),
      status: record.status,
      error_code: record.errorCode,
      error: record.error,
      url: record.url,
      started_at: iso(record.startedAtMs),
      first_byte_ms: record.firstByteMs,
      first_token_ms: record.firstTokenMs,
      total_ms: record.totalMs,
      next_attempt_at: record.nextAttemptAtMs === null ? null : iso(record.nextAttemptAtMs),
      node_id: record.nodeId,
      request: record.request,
      response: record.response,
    })),
  );
}

/** One row a turn: a statement can't change the same row twice. */
export function deliveryRows(records: readonly RecordedAttempt[]): string {
  return JSON.stringify(deliveriesOf(records).map(deliveryRow));
}

function deliveryRow({ newest, isReplay, startedAtMs }: Delivery): object {
  return {
    agent_id: newest.agentId,
    session_id: newest.sessionId,
    epoch: newest.epoch,
    user_id: newest.userId,
    through_seq: newest.throughSeq,
    state: newest.state,
    is_replay: isReplay,
    last_attempt: newest.attempt,
    error_code: newest.errorCode,
    error: newest.error,
    status: newest.status,
    signature: newest.signature,
    started_at: iso(startedAtMs),
    ended_at: iso(newest.startedAtMs + newest.totalMs),
    next_attempt_at: newest.nextAttemptAtMs === null ? null : iso(newest.nextAttemptAtMs),
  };
}

export interface DeliveryRow {
  readonly agent_id: string;
  readonly session_id: string;
  readonly epoch: number;
  readonly user_id: string;
  readonly through_seq: number | null;
  readonly state: string;
  readonly is_replay: boolean;
  readonly last_attempt: number;
  readonly signature: string | null;
  readonly started_at: Date;
}

export interface AttemptRow {
  readonly session_id: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly state: string;
  readonly status: number | null;
  readonly error_code: string | null;
  readonly error: string | null;
  readonly url: string | null;
  readonly started_at: Date;
  readonly first_byte_ms: number | null;
  readonly first_token_ms: number | null;
  readonly total_ms: number;
  readonly next_attempt_at: Date | null;
  readonly node_id: string;
  readonly request?: ReportedMessage | null;
  readonly response?: ReportedMessage | null;
}

/** The state of the turn is its row's; attempts before the newest one were followed by another. */
export function toAttempt(delivery: DeliveryRow, row: AttemptRow): RecordedAttempt {
  const isNewest = row.attempt === delivery.last_attempt;
  const own = stateOf(row.state);
  return {
    agentId: delivery.agent_id,
    sessionId: row.session_id,
    userId: delivery.user_id,
    epoch: row.epoch,
    attempt: row.attempt,
    throughSeq: delivery.through_seq,
    isReplay: delivery.is_replay,
    state: isNewest ? stateOf(delivery.state) : own === 'failed' ? 'pending' : own,
    status: row.status,
    errorCode: codeOf(row.error_code),
    error: row.error,
    signature: isNewest ? delivery.signature : null,
    url: row.url,
    startedAtMs: row.started_at.getTime(),
    firstByteMs: row.first_byte_ms,
    firstTokenMs: row.first_token_ms,
    totalMs: row.total_ms,
    nextAttemptAtMs: row.next_attempt_at?.getTime() ?? null,
    nodeId: row.node_id,
    request: row.request ?? null,
    response: row.response ?? null,
  };
}

function stateOf(text: string): DeliveryState {
  const known = DELIVERY_STATES.find((state) => state === text);
  if (known === undefined) throw new Error(`a delivery is in the unknown state "${text}"`);
  return known;
}

/** A code of a later version is shown as the closest that this one has. */
export function codeOf(text: string | null): FailureCode | null {
  if (text === null) return null;
  return FAILURE_CODES.find((code) => code === text) ?? 'connection_failed';
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
