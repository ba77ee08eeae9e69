import { EVENT_REPLAYS_MAX, type EventTestAnswer, PAGE_BYTES_MAX } from '@fleetlm/protocol';
import { ulid } from 'ulid';
import {
  type EventCallOutcome,
  type EventEngine,
  eventIdOf,
  type SubscriptionRecord,
} from '../effects/events/index.ts';
import { ARCHIVE_UNREACHABLE } from '../effects/ports.ts';
import { MESSAGE_ENVELOPE_BYTES_MAX } from '../limits.ts';
import { newUuid } from '../uuid.ts';
import { type AgentSecrets, newSigningSecret } from './agent-secrets.ts';
import type { EventsRuntime } from './events-api.ts';
import { mapLimited } from './map-limited.ts';

/** Tests and replays of events that a node makes at a time. */
export const EVENT_REQUESTS_MAX = 8;
/** A replay makes so many calls at a time, and begins none after so long. */
const REPLAY_CALLS_MAX = 8;
const REPLAY_MS_MAX = 20_000;

export interface NodeEventsPorts {
  readonly engine: Pick<EventEngine, 'store' | 'subscriptions' | 'deliverer' | 'post'>;
  readonly secrets: Pick<AgentSecrets, 'seal' | 'signing'>;
  readonly wallClockMs: () => number;
  /** Postgres did not answer; the error's text is for the log alone. */
  readonly onFailure: (error: unknown) => void;
}

type EventHead = Awaited<ReturnType<EventEngine['store']['after']>>[number];
type Answer<M extends keyof EventsRuntime> = ReturnType<EventsRuntime[M]>;

/** The secrets of a subscription, in the clear; null: no key of this node opens them. */
export function subscriptionSecrets(
  secrets: Pick<AgentSecrets, 'signing'>,
  { id, secret, previousSecret }: SubscriptionRecord,
): readonly [string, ...string[]] | null {
  return secrets.signing({ id: purposeOf(id), secret, previousSecret });
}

/** What its secrets are sealed for. */
function purposeOf(subscriptionId: string): string {
  return `event subscription ${subscriptionId}`;
}

/** Events and subscriptions as operators see them: all of it is in Postgres. */
export class NodeEvents implements EventsRuntime {
  readonly #ports: NodeEventsPorts;
  #requests = 0;

  constructor(ports: NodeEventsPorts) {
    this.#ports = ports;
  }

  async list({ after, types, limit }: Parameters<EventsRuntime['list']>[0]): Answer<'list'> {
    const { store } = this.#ports.engine;
    try {
      const { expired, newest } = await store.bounds();
      const problem = cursorProblem(after ?? 0, expired, newest);
      if (problem !== null) return { ok: false, error: { code: 'conflict', detail: problem } };
      const found = await store.after(after ?? 0, types, limit);
      const page = pageOf(found, limit);
      const hasMore = found.length > page.length;
      const last = page.at(-1)?.position ?? after ?? 0;
      // Nothing more of these types: all up to the newest was looked through.
      const next = hasMore ? last : Math.max(last, newest);
      return { ok: true, value: { events: await store.bodies(page), next, hasMore } };
    } catch (error) {
      return this.#unavailable(error);
    }
  }

  async subscribe(settings: Parameters<EventsRuntime['subscribe']>[0]): Answer<'subscribe'> {
    const { engine, secrets, wallClockMs } = this.#ports;
    const secret = newSigningSecret();
    const id = `sub_${ulid()}`;
    const nowMs = wallClockMs();
    try {
      const subscription = await engine.subscriptions.insert({
        ...settings,
        id,
        disabledReason: null,
        secret: secrets.seal(purposeOf(id), secret),
        previousSecret: null,
        insertedAtMs: nowMs,
        updatedAtMs: nowMs,
      });
      if (subscription === null) {
        const detail = 'there are as many subscriptions as there may be';
        return { ok: false, error: { code: 'conflict', detail } };
      }
      engine.deliverer.subscriptionsChanged();
      return { ok: true, value: { subscription, secret } };
    } catch (error) {
      return this.#unavailable(error);
    }
  }

  async subscriptions(): Answer<'subscriptions'> {
    try {
      return { ok: true, value: await this.#ports.engine.subscriptions.list() };
    } catch (error) {
      return this.#unavailable(error);
    }
  }

  async subscription(id: string): Answer<'subscription'> {
    try {
      const subscription = await this.#ports.engine.subscriptions.get(id);
      return subscription === null ? unknown(id) : { ok: true, value: subscription };
    } catch (error) {
      return this.#unavailable(error);
    }
  }

  async update(id: string, patch: Parameters<EventsRuntime['update']>[1]): Answer<'update'> {
    const { subscriptions, deliverer } = this.#ports.engine;
    // Why FleetLM disabled it holds until an operator sets the status.
    const cleared = patch.status === undefined ? {} : { disabledReason: null };
    try {
      const subscription = await subscriptions.patch(
        id,
        { ...patch, ...cleared },
        this.#ports.wallClockMs(),
      );
      if (subscription === null) return unknown(id);
      deliverer.subscriptionsChanged();
      return { ok: true, value: subscription };
    } catch (error) {
      return this.#unavailable(error);
    }
  }

  async unsubscribe(id: string): Answer<'unsubscribe'> {
    const { subscriptions, deliverer } = this.#ports.engine;
    try {
      if (!(await subscriptions.remove(id))) return unknown(id);
      deliverer.subscriptionsChanged();
      return { ok: true, value: null };
    } catch (error) {
      return this.#unavailable(error);
    }
  }

  async rotateSecret(id: string, overlapMs: number): Answer<'rotateSecret'> {
    const { engine, secrets, wallClockMs } = this.#ports;
    const secret = newSigningSecret();
    const nowMs = wallClockMs();
    try {
      const present = await engine.subscriptions.get(id);
      if (present === null) return unknown(id);
      const previousUntilMs = overlapMs === 0 ? null : nowMs + overlapMs;
      const previousSecret =
        previousUntilMs === null ? null : { secret: present.secret, untilMs: previousUntilMs };
      const sealed = secrets.seal(purposeOf(id), secret);
      const changed = await engine.subscriptions.patch(
        id,
        { secret: sealed, previousSecret },
        nowMs,
      );
      if (changed === null) return unknown(id);
      engine.deliverer.subscriptionsChanged();
      return { ok: true, value: { secret, previousUntilMs } };
    } catch (error) {
      return this.#unavailable(error);
    }
  }

  async test(id: string): Answer<'test'> {
    const { engine, wallClockMs } = this.#ports;
    const taken = await this.#take(id);
    if (!taken.ok) return taken;
    const { subscription, secrets } = taken.value;
    try {
      const event = {
        id: `test:${newUuid()}`,
        type: 'test',
        timestamp: new Date(wallClockMs()).toISOString(),
        cursor: '0',
        data: {},
      };
      const startedAtMs = performance.now();
      const outcome = await engine.post({
        subscription,
        id: event.id,
        body: JSON.stringify(event),
        secrets,
        isTest: true,
      });
      return { ok: true, value: testAnswer(outcome, performance.now() - startedAtMs) };
    } finally {
      this.#requests -= 1;
    }
  }

  async deadLetters(id: string, after: number, limit: number): Answer<'deadLetters'> {
    const { store, subscriptions } = this.#ports.engine;
    try {
      if ((await subscriptions.get(id)) === null) return unknown(id);
      const found = await store.deadLetters(id, after, limit);
      return {
        ok: true,
        value: { letters: found.slice(0, limit), hasMore: found.length > limit },
      };
    } catch (error) {
      return this.#unavailable(error);
    }
  }

  async replay(id: string, positions: readonly number[] | null): Answer<'replay'> {
    const { store } = this.#ports.engine;
    const taken = await this.#take(id);
    if (!taken.ok) return taken;
    const startedAtMs = performance.now();
    let delivered = 0;
    let failed = 0;
    try {
      const events = await store.deadEvents(id, positions, EVENT_REPLAYS_MAX);
      await mapLimited(events, REPLAY_CALLS_MAX, async (event) => {
        if (performance.now() - startedAtMs > REPLAY_MS_MAX) return;
        if (await this.#replayOne(taken.value, event)) delivered += 1;
        else failed += 1;
      });
      const remaining = await store.countDeadLetters(id);
      return { ok: true, value: { delivered, failed, remaining } };
    } catch (error) {
      return this.#unavailable(error);
    } finally {
      this.#requests -= 1;
    }
  }

  async #replayOne({ subscription, secrets }: Callable, event: EventHead): Promise<boolean> {
    const { engine, wallClockMs } = this.#ports;
    const { store } = engine;
    const [body] = await store.bodies([event]);
    if (body !== undefined) {
      const outcome = await engine.post({
        subscription,
        id: eventIdOf(event),
        body: JSON.stringify(body),
        secrets,
        isTest: false,
      });
      if (outcome.type === 'failed') {
        const { status, errorCode, error } = outcome;
        const letter = { attempts: 1, status, errorCode, error, failedAtMs: wallClockMs() };
        await store.addDeadLetter(subscription.id, event.position, letter);
        return false;
      }
    }
    // Delivered, or erased meanwhile.
    await store.removeDeadLetter(subscription.id, event.position);
    return true;
  }

  /** A subscription to be called at once, and a place among the requests of this node; to be given back. */
  async #take(id: string): Promise<
    | { readonly ok: true; readonly value: Callable }
    | {
        readonly ok: false;
        readonly error: {
          readonly code: 'not_found' | 'conflict' | 'overloaded' | 'archive_unavailable';
          readonly detail: string;
        };
      }
  > {
    const found = await this.subscription(id);
    if (!found.ok) return found;
    const subscription = found.value;
    const secrets = subscriptionSecrets(this.#ports.secrets, subscription);
    if (secrets === null) {
      const detail = 'no key of this node opens the signing secret of the subscription: rotate it';
      return { ok: false, error: { code: 'conflict', detail } };
    }
    if (this.#requests >= EVENT_REQUESTS_MAX) {
      const detail = `this node makes ${EVENT_REQUESTS_MAX} tests and replays at a time`;
      return { ok: false, error: { code: 'overloaded', detail } };
    }
    this.#requests += 1;
    return { ok: true, value: { subscription, secrets } };
  }

  #unavailable(error: unknown) {
    this.#ports.onFailure(error);
    return {
      ok: false,
      error: { code: 'archive_unavailable', detail: ARCHIVE_UNREACHABLE },
    } as const;
  }
}

interface Callable {
  readonly subscription: SubscriptionRecord;
  readonly secrets: readonly [string, ...string[]];
}

function unknown(id: string) {
  return {
    ok: false,
    error: { code: 'not_found', detail: `there is no subscription "${id}"` },
  } as const;
}

function cursorProblem(after: number, expired: number, newest: number): string | null {
  if (after > 0 && after < expired)
    return 'events after this cursor have expired; begin anew without `after`, and read what is missing from the conversations';
  if (after > newest)
    return 'the cursor is beyond the newest event, as after a restore of the archive; begin anew without `after`';
  return null;
}

/** As many as fit into a page, and at least one. */
function pageOf(found: readonly EventHead[], limit: number): readonly EventHead[] {
  const page: EventHead[] = [];
  let bytes = 0;
  for (const head of found.slice(0, limit)) {
    bytes += head.payloadBytes + MESSAGE_ENVELOPE_BYTES_MAX;
    if (page.length > 0 && bytes > PAGE_BYTES_MAX) break;
    page.push(head);
  }
  return page;
}

function testAnswer(outcome: EventCallOutcome, totalMs: number): EventTestAnswer {
  const isDelivered = outcome.type === 'delivered';
  return {
    is_delivered: isDelivered,
    status: outcome.status,
    error_code: isDelivered ? null : outcome.errorCode,
    error: isDelivered ? null : outcome.error,
    total_ms: totalMs,
  };
}
