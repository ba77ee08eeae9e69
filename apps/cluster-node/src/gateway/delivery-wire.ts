import type {
  DeadLetterGroupBody,
  DeliveryAttemptBody,
  DeliveryBody,
  DeliveryExchange,
  DeliverySources,
  ExchangedMessage,
} from '@fleetlm/protocol';
import { webhookId } from '@fleetlm/protocol/plain';
import {
  attemptState,
  type DeadLetterGroup,
  type Delivery,
  type DeliveryAttempt,
  type DeliveryPlace,
  type DeliverySourcesView,
  type RecordedAttempt,
  type TurnName,
} from '../runtime/deliveries-api.ts';
import { isoTime } from './wire.ts';

/** From the engine's values to the JSON of the outside interface. */

export function deliveryBody(delivery: Delivery): DeliveryBody {
  return { ...headOf(delivery), attempts: delivery.attempts.map(attemptBody) };
}

export function deliveryWithExchanges(
  delivery: Delivery<RecordedAttempt>,
): Omit<DeliveryBody, 'attempts'> & { attempts: DeliveryExchange[] } {
  return {
    ...headOf(delivery),
    attempts: delivery.attempts.map((attempt) => ({
      ...attemptBody(attempt),
      request: exchanged(attempt.request),
      response: exchanged(attempt.response),
    })),
  };
}

function headOf({
  id,
  state,
  isReplay,
  startedAtMs,
  newest,
}: Delivery): Omit<DeliveryBody, 'attempts'> {
  return {
    id,
    agent_id: newest.agentId,
    session_id: newest.sessionId,
    user_id: newest.userId,
    epoch: newest.epoch,
    through_seq: newest.throughSeq,
    state,
    is_replay: isReplay,
    started_at: isoTime(startedAtMs),
    next_attempt_at: state === 'pending' ? timeOrNull(newest.nextAttemptAtMs) : null,
  };
}

function attemptBody(attempt: DeliveryAttempt): DeliveryAttemptBody {
  return {
    attempt: attempt.attempt,
    state: attemptState(attempt),
    status: attempt.status,
    error_code: attempt.errorCode,
    error: attempt.error,
    url: attempt.url,
    started_at: isoTime(attempt.startedAtMs),
    first_byte_ms: attempt.firstByteMs,
    first_token_ms: attempt.firstTokenMs,
    total_ms: attempt.totalMs,
    next_attempt_at: timeOrNull(attempt.nextAttemptAtMs),
    node_id: attempt.nodeId,
  };
}

function timeOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : isoTime(timeMs);
}

export function exchanged(message: RecordedAttempt['request']): ExchangedMessage | null {
  if (message === null) return null;
  const { headers, body, isTruncated } = message;
  return { headers: { ...headers }, body, is_truncated: isTruncated };
}

export function sourcesBody({ archive, nodes }: DeliverySourcesView): DeliverySources {
  return {
    archive,
    nodes: nodes.map(({ nodeId, ...node }) => ({ node_id: nodeId, ...node })),
  };
}

export function deadLetterGroupBody(group: DeadLetterGroup): DeadLetterGroupBody {
  return {
    id: group.id,
    error_code: group.errorCode,
    status: group.status,
    error: group.error,
    count: group.count,
    first_at: isoTime(group.firstAtMs),
    last_at: isoTime(group.lastAtMs),
    example: group.example,
  };
}

/** As the protocol's cursor has it; the schema has checked one that comes in. */
export function cursorOf({ startedAtMs, id }: DeliveryPlace): string {
  return `${startedAtMs}~${id}`;
}

export function placeOf(cursor: string): DeliveryPlace {
  const [startedAtMs = '', id = ''] = cursor.split('~');
  return { startedAtMs: Number(startedAtMs), id };
}

/** `<session_id>:<epoch>`, which the schema has checked. */
export function turnOf(deliveryId: string): TurnName {
  const [sessionId = '', epoch = ''] = deliveryId.split(':');
  return { sessionId, epoch: Number(epoch) };
}

export function idOf({ sessionId, epoch }: TurnName): string {
  return webhookId(sessionId, epoch);
}
