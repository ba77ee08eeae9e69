import {
  EVENT_CURSOR_LENGTH_MAX,
  EVENT_DESCRIPTION_LENGTH_MAX,
  EVENT_REPLAYS_MAX,
  EVENT_SUBSCRIPTIONS_MAX,
  EVENT_URL_LENGTH_MAX,
} from '@fleetlm/protocol';
import { type LimitRow, limitRows } from '@fleetlm/protocol/reference';
import {
  EVENT_ANSWER_BYTES_MAX,
  EVENT_ATTEMPTS_MAX,
  EVENT_BACKOFF_MAX_MS,
  EVENT_CALLS_PER_SUBSCRIPTION_MAX,
  EVENT_CONNECT_TIMEOUT_MS,
  EVENT_TIMEOUT_MS,
  EVENTS_KEPT_S,
  EVENTS_WAITING_PER_GROUP_MAX,
} from '../effects/events/event-limits.ts';
import { FAILED_RUNS_MAX } from '../effects/failed-runs.ts';
import { POSTGRES_CONNECTIONS } from '../limits.ts';
import { EVENT_REQUESTS_MAX } from '../runtime/events.ts';
import { FOLDER } from './folder.ts';

const INVALID = '`422 invalid_request`, which names the field';
const EVENTS = 'packages/protocol/src/events/events.ts';
const SUBSCRIPTIONS = 'packages/protocol/src/events/event-subscriptions.ts';
const DELIVERER = 'effects/events/event-deliverer.ts';
const DELIVERER_TEST = 'effects/events/event-deliverer.test.ts';
const CALL = 'effects/events/event-call.ts';
const CALL_TEST = 'effects/events/event-call.test.ts';

export const EVENT_ROWS: readonly LimitRow[] = limitRows('Events', FOLDER, [
  {
    input: 'subscriptions',
    limit: { EVENT_SUBSCRIPTIONS_MAX },
    unit: 'entries',
    in: 'effects/events/subscription-store.ts',
    answer: '`409 conflict`',
    test: 'effects/events/event-store.test.ts > takes EVENT_SUBSCRIPTIONS_MAX subscriptions and no more',
  },
  {
    input: '`url` of a subscription',
    limit: { EVENT_URL_LENGTH_MAX },
    unit: 'characters',
    in: SUBSCRIPTIONS,
    answer: INVALID,
    test: 'boundary',
  },
  {
    input: '`description` of a subscription',
    limit: { EVENT_DESCRIPTION_LENGTH_MAX },
    unit: 'characters',
    in: SUBSCRIPTIONS,
    answer: INVALID,
    test: 'boundary',
  },
  {
    input: 'a cursor',
    limit: { EVENT_CURSOR_LENGTH_MAX },
    unit: 'characters',
    in: EVENTS,
    answer: INVALID,
    test: 'boundary',
  },
  {
    input: '`cursors` of a replay',
    limit: { EVENT_REPLAYS_MAX },
    unit: 'entries',
    in: SUBSCRIPTIONS,
    answer: INVALID,
    test: 'boundary',
  },
  {
    input: 'tests and replays that a node makes at a time',
    limit: { EVENT_REQUESTS_MAX },
    unit: 'entries',
    in: 'runtime/events.ts',
    answer: '`503 overloaded`',
    test: 'runtime/events.test.ts > makes EVENT_REQUESTS_MAX tests at a time and refuses the next',
  },
  {
    input: 'attempts to deliver an event',
    limit: { EVENT_ATTEMPTS_MAX },
    unit: 'entries',
    in: DELIVERER,
    answer: 'a dead letter, and the next event follows',
    test: `${DELIVERER_TEST} > gives an event up after EVENT_ATTEMPTS_MAX attempts and goes on with the next`,
  },
  {
    input: 'pause between two attempts, `Retry-After` included',
    limit: { EVENT_BACKOFF_MAX_MS },
    unit: 'ms',
    in: CALL,
    answer: 'the next attempt is made',
    test: `${CALL_TEST} > pauses double up to EVENT_BACKOFF_MAX_MS`,
  },
  {
    input: 'calls of a node to one subscription at a time',
    limit: { EVENT_CALLS_PER_SUBSCRIPTION_MAX },
    unit: 'entries',
    in: DELIVERER,
    answer: 'further groups wait for their turn',
    test: `${DELIVERER_TEST} > makes EVENT_CALLS_PER_SUBSCRIPTION_MAX calls at a time, one of a group`,
  },
  {
    input: 'events of one group that wait in memory for one subscription',
    limit: { EVENTS_WAITING_PER_GROUP_MAX },
    unit: 'entries',
    in: DELIVERER,
    answer: 'read when these are delivered',
    test: `${DELIVERER_TEST} > reads EVENTS_WAITING_PER_GROUP_MAX events of a group and the next when these are delivered`,
  },
  {
    input: 'connecting to a subscription',
    limit: { EVENT_CONNECT_TIMEOUT_MS },
    unit: 'ms',
    in: CALL,
    answer: 'a failed attempt',
    test: 'effects/dispatch/hostile-agents.test.ts > while connecting runs into the limit of that',
  },
  {
    input: 'a whole call to a subscription',
    limit: { EVENT_TIMEOUT_MS },
    unit: 'ms',
    in: CALL,
    answer: 'a failed attempt',
    test: `${CALL_TEST} > a receiver that hangs is a failed attempt after EVENT_TIMEOUT_MS`,
  },
  {
    input: 'body of the answer of a subscription',
    limit: { EVENT_ANSWER_BYTES_MAX },
    unit: 'bytes',
    in: CALL,
    answer: 'the connection is closed; the status counts',
    test: `${CALL_TEST} > an answer without end is read to its limit; its status counts`,
  },
  {
    input: 'failed runs that wait for Postgres',
    limit: { FAILED_RUNS_MAX },
    unit: 'entries',
    in: 'effects/failed-runs.ts',
    answer: 'the oldest is left out of the events, and counted',
    test: 'effects/failed-runs.test.ts > keeps FAILED_RUNS_MAX failures and counts those that it forgets',
  },
  {
    input: 'age of an event',
    limit: { EVENTS_KEPT_S },
    unit: 's',
    in: 'effects/events/event-store.ts',
    answer: 'deleted; a cursor in front of it is `409 conflict`',
    test: 'effects/events/event-store.test.ts > deletes events older than EVENTS_KEPT_S and remembers up to where',
  },
  {
    input: 'connections to Postgres of events',
    limit: { 'POSTGRES_CONNECTIONS.events': POSTGRES_CONNECTIONS.events },
    unit: 'entries',
    in: 'effects/events/event-store.ts',
    answer: 'the statement waits for one',
    test: 'packages/database/src/archive-database.test.ts > opens no more connections than it may, and ends once',
  },
]);
