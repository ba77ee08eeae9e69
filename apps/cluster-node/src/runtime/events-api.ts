import type { EventBody, EventTestAnswer, EventType } from '@fleetlm/protocol';
import type { DeadLetter, SubscriptionPatch, SubscriptionRecord } from '../effects/events/index.ts';
import type { Result } from '../outcome.ts';

export type { DeadLetter, SubscriptionPatch, SubscriptionRecord } from '../effects/events/index.ts';
export { eventIdOf } from '../effects/events/index.ts';

export interface EventsPage {
  readonly events: readonly EventBody[];
  /** The cursor behind the last of them. */
  readonly next: number;
  readonly hasMore: boolean;
}

/** What operators do with events. `archive_unavailable`: Postgres is away, where they are kept. */
export interface EventsRuntime {
  /** `conflict`: what followed `after` has expired, or the cursor is of another archive. */
  list(query: {
    /** Null: from the oldest that is kept. */
    readonly after: number | null;
    readonly types: readonly EventType[];
    readonly limit: number;
  }): Promise<Result<EventsPage, 'conflict' | 'archive_unavailable'>>;
  /** With its secret, in the clear. `conflict`: there are as many as there may be. */
  subscribe(
    settings: Pick<SubscriptionRecord, 'url' | 'types' | 'description' | 'status'>,
  ): Promise<
    Result<
      { readonly subscription: SubscriptionRecord; readonly secret: string },
      'conflict' | 'archive_unavailable'
    >
  >;
  subscriptions(): Promise<Result<readonly SubscriptionRecord[], 'archive_unavailable'>>;
  subscription(
    id: string,
  ): Promise<Result<SubscriptionRecord, 'not_found' | 'archive_unavailable'>>;
  update(
    id: string,
    patch: SubscriptionPatch,
  ): Promise<Result<SubscriptionRecord, 'not_found' | 'archive_unavailable'>>;
  unsubscribe(id: string): Promise<Result<null, 'not_found' | 'archive_unavailable'>>;
  rotateSecret(
    id: string,
    overlapMs: number,
  ): Promise<
    Result<
      { readonly secret: string; readonly previousUntilMs: number | null },
      'not_found' | 'archive_unavailable'
    >
  >;
  /** `conflict`: its signing secret can't be read here. */
  test(
    id: string,
  ): Promise<
    Result<EventTestAnswer, 'not_found' | 'conflict' | 'overloaded' | 'archive_unavailable'>
  >;
  deadLetters(
    id: string,
    after: number,
    limit: number,
  ): Promise<
    Result<
      { readonly letters: readonly DeadLetter[]; readonly hasMore: boolean },
      'not_found' | 'archive_unavailable'
    >
  >;
  /** Null: the oldest. */
  replay(
    id: string,
    positions: readonly number[] | null,
  ): Promise<
    Result<
      { readonly delivered: number; readonly failed: number; readonly remaining: number },
      'not_found' | 'conflict' | 'overloaded' | 'archive_unavailable'
    >
  >;
}
