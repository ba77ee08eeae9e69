import { rotatedSecretSchema, rotateSecretSchema } from '../agents/agents.ts';
import {
  createEventSubscriptionSchema,
  eventDeadLettersAnswerSchema,
  eventDeadLettersQuerySchema,
  eventReplayAnswerSchema,
  eventReplaySchema,
  eventSubscriptionAnswerSchema,
  eventSubscriptionsAnswerSchema,
  eventTestAnswerSchema,
  updateEventSubscriptionSchema,
} from '../events/event-subscriptions.ts';
import { eventFeedQuerySchema, eventFeedSchema } from '../events/events.ts';
import { route } from './route.ts';
import { SUBSCRIPTION_ID } from './route-parts.ts';

const ARCHIVE = ['archive_unavailable'] as const;

/** What happens in conversations, for the backend of a product: pushed, and as a list. */
export const EVENT_ROUTES = {
  readEvents: route({
    method: 'GET',
    path: '/api/events',
    topic: 'Events',
    summary:
      'What happened in all conversations after a cursor, oldest first. An event is here once it is archived, and for seven days. `409 conflict`: what followed the cursor has expired.',
    access: 'operator',
    query: eventFeedQuerySchema,
    answers: [{ status: 200, description: 'a page of events', body: eventFeedSchema }],
    errors: ['conflict', ...ARCHIVE],
  }),
  createEventSubscription: route({
    method: 'POST',
    path: '/api/event-subscriptions',
    topic: 'Events',
    summary:
      'Subscribes a URL to events from now on. The signing secret is in this answer and never again.',
    access: 'operator',
    body: createEventSubscriptionSchema,
    answers: [{ status: 201, description: 'subscribed', body: eventSubscriptionAnswerSchema }],
    errors: ['conflict', ...ARCHIVE],
  }),
  listEventSubscriptions: route({
    method: 'GET',
    path: '/api/event-subscriptions',
    topic: 'Events',
    summary: 'All subscriptions, in the order of their creation.',
    access: 'operator',
    answers: [
      { status: 200, description: 'the subscriptions', body: eventSubscriptionsAnswerSchema },
    ],
    errors: ARCHIVE,
  }),
  getEventSubscription: route({
    method: 'GET',
    path: '/api/event-subscriptions/:id',
    topic: 'Events',
    summary: 'One subscription.',
    access: 'operator',
    params: { id: SUBSCRIPTION_ID },
    answers: [
      { status: 200, description: 'the subscription', body: eventSubscriptionAnswerSchema },
    ],
    errors: ARCHIVE,
  }),
  updateEventSubscription: route({
    method: 'PATCH',
    path: '/api/event-subscriptions/:id',
    topic: 'Events',
    summary:
      'Changes the fields that are given; the others stay. Enabled again, it is delivered what it missed, as far as that is kept.',
    access: 'operator',
    params: { id: SUBSCRIPTION_ID },
    body: updateEventSubscriptionSchema,
    answers: [
      { status: 200, description: 'the changed subscription', body: eventSubscriptionAnswerSchema },
    ],
    errors: ARCHIVE,
  }),
  deleteEventSubscription: route({
    method: 'DELETE',
    path: '/api/event-subscriptions/:id',
    topic: 'Events',
    summary: 'Ends a subscription, with its cursors and dead letters.',
    access: 'operator',
    params: { id: SUBSCRIPTION_ID },
    answers: [{ status: 204, description: 'ended' }],
    errors: ARCHIVE,
  }),
  rotateEventSecret: route({
    method: 'POST',
    path: '/api/event-subscriptions/:id/secret/rotate',
    topic: 'Events',
    summary:
      'Makes a new signing secret, which is in this answer and never again. Until the overlap ends, events carry both signatures.',
    access: 'operator',
    params: { id: SUBSCRIPTION_ID },
    body: rotateSecretSchema,
    isBodyOptional: true,
    answers: [{ status: 200, description: 'the new secret', body: rotatedSecretSchema }],
    errors: ARCHIVE,
  }),
  testEventSubscription: route({
    method: 'POST',
    path: '/api/event-subscriptions/:id/test',
    topic: 'Events',
    summary:
      'Sends one event of the type `test`, signed, with the header `fleetlm-test: true`, and reports what came back.',
    access: 'operator',
    params: { id: SUBSCRIPTION_ID },
    answers: [{ status: 200, description: 'what came back', body: eventTestAnswerSchema }],
    errors: ['conflict', 'overloaded', ...ARCHIVE],
  }),
  listEventDeadLetters: route({
    method: 'GET',
    path: '/api/event-subscriptions/:id/dead-letters',
    topic: 'Events',
    summary: 'Events that were given up, oldest first, as long as they are kept.',
    access: 'operator',
    params: { id: SUBSCRIPTION_ID },
    query: eventDeadLettersQuerySchema,
    answers: [{ status: 200, description: 'a page of them', body: eventDeadLettersAnswerSchema }],
    errors: ARCHIVE,
  }),
  replayEventDeadLetters: route({
    method: 'POST',
    path: '/api/event-subscriptions/:id/dead-letters/replay',
    topic: 'Events',
    summary:
      'Sends events that were given up once more, at most 100 of them and for at most 20 seconds. What is delivered is a dead letter no more.',
    access: 'operator',
    params: { id: SUBSCRIPTION_ID },
    body: eventReplaySchema,
    isBodyOptional: true,
    answers: [{ status: 200, description: 'what became of them', body: eventReplayAnswerSchema }],
    errors: ['conflict', 'overloaded', ...ARCHIVE],
  }),
} as const;
