import type { EventType, FailureCode, Termination } from '@fleetlm/protocol';

/** A subscription as Postgres has it; secrets are sealed. */
export interface SubscriptionRecord {
  readonly id: string;
  readonly url: string;
  readonly types: readonly EventType[];
  readonly description: string | null;
  readonly status: 'enabled' | 'disabled';
  readonly disabledReason: string | null;
  readonly secret: string;
  readonly previousSecret: { readonly secret: string; readonly untilMs: number } | null;
  /** Events up to here came before it was made. */
  readonly startsAfter: number;
  readonly insertedAtMs: number;
  readonly updatedAtMs: number;
}

/** What a change of a subscription has; what is left out stays. */
export type SubscriptionPatch = Partial<
  Pick<SubscriptionRecord, 'url' | 'types' | 'description' | 'status' | 'disabledReason'>
>;

/** An event without the message that it is about. */
export interface EventHead {
  readonly position: number;
  readonly group: number;
  readonly sessionId: string;
  readonly type: EventType;
  readonly ordinal: number;
  readonly userId: string;
  readonly agentId: string;
  readonly seq: number | null;
  readonly epoch: number | null;
  readonly termination: Termination | null;
  readonly error: string | null;
  readonly happenedAtMs: number;
  /** Of the message; 0: there is none. */
  readonly payloadBytes: number;
}

export interface DeadLetter {
  readonly event: Pick<EventHead, 'position' | 'sessionId' | 'type' | 'ordinal'>;
  readonly attempts: number;
  readonly status: number | null;
  readonly errorCode: FailureCode;
  readonly error: string;
  readonly failedAtMs: number;
}

/** `<session_id>:<type>:<ordinal>`, without the dot that Standard Webhooks keep for themselves. */
export function eventIdOf({
  sessionId,
  type,
  ordinal,
}: Pick<EventHead, 'sessionId' | 'type' | 'ordinal'>): string {
  return `${sessionId}:${type.replace('.', '-')}:${ordinal}`;
}
