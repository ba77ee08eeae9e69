import {
  createEventSubscriptionSchema,
  eventFeedQuerySchema,
  eventReplaySchema,
} from '@fleetlm/protocol';
import { atMost, type Probes } from './probe.ts';

const takes = (settings: Readonly<Record<string, unknown>>): boolean =>
  createEventSubscriptionSchema.safeParse({
    subscription: { url: 'https://backend.example/', ...settings },
  }).success;

export const EVENT_PROBES: Probes = {
  'Events: `url` of a subscription': atMost((size) =>
    takes({ url: 'https://backend.example/'.padEnd(size, 'x') }),
  ),
  'Events: `description` of a subscription': atMost((size, { character }) =>
    takes({ description: character.repeat(size) }),
  ),
  'Events: a cursor': atMost(
    (size) => eventFeedQuerySchema.safeParse({ after: '1'.repeat(size) }).success,
  ),
  'Events: `cursors` of a replay': atMost(
    (size) => eventReplaySchema.safeParse({ cursors: new Array(size).fill('1') }).success,
  ),
};
