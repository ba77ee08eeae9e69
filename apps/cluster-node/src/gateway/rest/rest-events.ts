import {
  EVENT_TYPES,
  type EventDeadLetterBody,
  type EventSubscriptionBody,
  type UpdateEventSubscription,
} from '@fleetlm/protocol';
import {
  type DeadLetter,
  eventIdOf,
  type Runtime,
  type SubscriptionPatch,
  type SubscriptionRecord,
} from '../../runtime/runtime-api.ts';
import { isoTime } from '../wire.ts';
import type { Handlers } from './rest-call.ts';

/** Events of conversations, as a list and by subscription. */
export function eventHandlers({ events }: Pick<Runtime, 'events'>) {
  return {
    readEvents: async ({ query, value }) => {
      const { after, types, limit } = query;
      const page = value(
        await events.list({
          after: after === undefined ? null : Number(after),
          types: types ?? EVENT_TYPES,
          limit,
        }),
      );
      return { events: [...page.events], next: String(page.next), has_more: page.hasMore };
    },

    createEventSubscription: async ({ body, value }) => {
      const { subscription, secret } = value(await events.subscribe(body.subscription));
      return { subscription: { ...subscriptionBody(subscription), secret } };
    },

    listEventSubscriptions: async ({ value }) => ({
      subscriptions: value(await events.subscriptions()).map(subscriptionBody),
    }),

    getEventSubscription: async ({ params, value }) => ({
      subscription: subscriptionBody(value(await events.subscription(params.id))),
    }),

    updateEventSubscription: async ({ params, body, value }) => ({
      subscription: subscriptionBody(
        value(await events.update(params.id, patchOf(body.subscription))),
      ),
    }),

    deleteEventSubscription: async ({ params, value }) =>
      value(await events.unsubscribe(params.id)),

    rotateEventSecret: async ({ params, body, value }) => {
      const { secret, previousUntilMs } = value(
        await events.rotateSecret(params.id, body.overlap_s * 1000),
      );
      const previousUntil = previousUntilMs === null ? null : isoTime(previousUntilMs);
      return { secret, previous_until: previousUntil };
    },

    testEventSubscription: async ({ params, value }) => value(await events.test(params.id)),

    listEventDeadLetters: async ({ params, query, value }) => {
      const { letters, hasMore } = value(
        await events.deadLetters(params.id, Number(query.after ?? '0'), query.limit),
      );
      return { dead_letters: letters.map(deadLetterBody), has_more: hasMore };
    },

    replayEventDeadLetters: async ({ params, body, value }) =>
      value(await events.replay(params.id, body.cursors?.map(Number) ?? null)),
  } satisfies Partial<Handlers>;
}

function subscriptionBody(subscription: SubscriptionRecord): EventSubscriptionBody {
  const { id, url, types, description, status, disabledReason, previousSecret } = subscription;
  return {
    id,
    url,
    types: [...types],
    description,
    status,
    disabled_reason: disabledReason,
    previous_secret_until: previousSecret === null ? null : isoTime(previousSecret.untilMs),
    inserted_at: isoTime(subscription.insertedAtMs),
    updated_at: isoTime(subscription.updatedAtMs),
  };
}

/** Only what was given: what is left out stays as it is. */
function patchOf({
  url,
  types,
  description,
  status,
}: UpdateEventSubscription['subscription']): SubscriptionPatch {
  return {
    ...(url === undefined ? {} : { url }),
    ...(types === undefined ? {} : { types }),
    ...(description === undefined ? {} : { description }),
    ...(status === undefined ? {} : { status }),
  };
}

function deadLetterBody(letter: DeadLetter): EventDeadLetterBody {
  const { event, attempts, status, errorCode, error, failedAtMs } = letter;
  return {
    id: eventIdOf(event),
    type: event.type,
    cursor: String(event.position),
    attempts,
    status,
    error_code: errorCode,
    error,
    failed_at: isoTime(failedAtMs),
  };
}
