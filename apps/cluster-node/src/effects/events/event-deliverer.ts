import type { EventType } from '@fleetlm/protocol';
import type { HttpPools } from '../dispatch/call/http-pools.ts';
import { errorText } from '../error-text.ts';
import type { LedGroup } from '../ports.ts';
import { type EventCallOutcome, eventPauseMs, postEvent } from './event-call.ts';
import { EventLane } from './event-lane.ts';
import {
  EVENT_ATTEMPTS_MAX,
  EVENT_CALLS_PER_SUBSCRIPTION_MAX,
  EVENTS_WAITING_PER_GROUP_MAX,
} from './event-limits.ts';
import { type EventHead, eventIdOf, type SubscriptionRecord } from './event-records.ts';
import type { EventStore } from './event-store.ts';
import type { SubscriptionStore } from './subscription-store.ts';

const TICK_MS = 1_000;
/** After a failure on this side of the call. */
const PAUSE_MS = 5_000;
/** Subscriptions that another node changed are known after so long. */
const SUBSCRIPTIONS_READ_EVERY_MS = 5_000;

export interface EventDelivererPorts {
  readonly store: Pick<
    EventStore,
    'bounds' | 'due' | 'bodies' | 'cursors' | 'raiseCursors' | 'addDeadLetter'
  >;
  readonly subscriptions: Pick<SubscriptionStore, 'list' | 'patch'>;
  readonly ledGroups: () => Iterable<Pick<LedGroup, 'group' | 'term'>>;
  /** Null: no key of this node opens them. */
  readonly signingSecrets: (
    subscription: SubscriptionRecord,
  ) => readonly [string, ...string[]] | null;
  readonly pools: Pick<HttpPools, 'take'>;
  readonly allowPrivateAddresses: boolean;
  readonly wallClockMs: () => number;
  readonly random: () => number;
  /** Postgres did not do what it was asked, or a fault of this node. */
  readonly onFailure: (error: unknown) => void;
  readonly onDisabled: (subscriptionId: string, reason: string) => void;
}

export interface EventDelivererStats {
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly deadLetters: number;
  /** Read and not delivered yet. */
  readonly waiting: number;
}

/** The lanes of one subscription on this node. */
interface Outlet {
  subscription: SubscriptionRecord;
  readonly lanes: Map<number, EventLane>;
  calls: number;
}

/**
 * Delivers the events of the groups that this node leads: at least once, in their order within a group. What was delivered is in
 * Postgres a second later, so a new leader repeats little. Nothing waits for it.
 */
export class EventDeliverer {
  readonly #ports: EventDelivererPorts;
  readonly #outlets = new Map<string, Outlet>();
  readonly #stopping = new AbortController();
  readonly #calls = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | null = null;
  #pass: Promise<void> | null = null;
  #isPassWanted = false;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #stats = { delivered: 0, failedAttempts: 0, deadLetters: 0 };

  constructor(ports: EventDelivererPorts) {
    this.#ports = ports;
  }

  get stats(): EventDelivererStats {
    let waiting = 0;
    for (const { lanes } of this.#outlets.values())
      for (const lane of lanes.values()) waiting += lane.waiting;
    return { ...this.#stats, waiting };
  }

  start(): void {
    this.#timer = setInterval(() => void this.pass(), TICK_MS);
    this.#timer.unref();
  }

  /** A subscription was changed here: known with the next pass. */
  subscriptionsChanged(): void {
    this.#readAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Reads what is due and begins to deliver it; one at a time. Never rejects. */
  pass(): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    if (this.#pass !== null) {
      this.#isPassWanted = true;
      return this.#pass;
    }
    this.#pass = this.#run()
      .catch(this.#ports.onFailure)
      .finally(() => {
        this.#pass = null;
        if (!this.#isPassWanted) return;
        this.#isPassWanted = false;
        void this.pass();
      });
    return this.#pass;
  }

  async #run(): Promise<void> {
    // First: what follows may take lanes away.
    await this.#save();
    await this.#readSubscriptions();
    if (this.#outlets.size === 0) return;
    const led = new Map([...this.#ports.ledGroups()].map(({ group, term }) => [group, term]));
    await this.#openLanes(led);
    const { newest } = await this.#ports.store.bounds();
    for (const outlet of this.#outlets.values()) await this.#read(outlet, newest);
    for (const outlet of this.#outlets.values()) this.#call(outlet);
  }

  async #readSubscriptions(): Promise<void> {
    const nowMs = this.#ports.wallClockMs();
    if (nowMs - this.#readAtMs < SUBSCRIPTIONS_READ_EVERY_MS) return;
    const all = await this.#ports.subscriptions.list();
    this.#readAtMs = nowMs;
    const enabled = new Map(
      all.filter(({ status }) => status === 'enabled').map((one) => [one.id, one]),
    );
    for (const id of this.#outlets.keys()) if (!enabled.has(id)) this.#outlets.delete(id);
    for (const [id, subscription] of enabled) {
      const known = this.#outlets.get(id);
      if (known === undefined) this.#outlets.set(id, { subscription, lanes: new Map(), calls: 0 });
      else if (sameTypes(known.subscription.types, subscription.types))
        known.subscription = subscription;
      // What was read is of other types: read anew from the cursors.
      else this.#outlets.set(id, { subscription, lanes: new Map(), calls: known.calls });
    }
  }

  /** A lane for each group that is led; those of a leadership that has ended go. */
  async #openLanes(led: ReadonlyMap<number, number>): Promise<void> {
    const missing = new Set<number>();
    for (const { lanes } of this.#outlets.values()) {
      for (const [group, lane] of lanes) if (led.get(group) !== lane.term) lanes.delete(group);
      for (const group of led.keys()) if (!lanes.has(group)) missing.add(group);
    }
    if (missing.size === 0) return;
    const cursors = await this.#ports.store.cursors([...missing]);
    for (const [id, { subscription, lanes }] of this.#outlets) {
      for (const group of missing) {
        const term = led.get(group);
        if (term === undefined || lanes.has(group)) continue;
        const position = cursors.get(`${id} ${group}`) ?? subscription.startsAfter;
        lanes.set(group, new EventLane(group, term, position));
      }
    }
  }

  async #read({ subscription, lanes }: Outlet, newest: number): Promise<void> {
    const empty = [...lanes.values()].filter(
      ({ next, readTo }) => next === null && readTo < newest,
    );
    if (empty.length === 0) return;
    const events = await this.#ports.store.due(
      empty.map(({ group, readTo }) => ({ group, position: readTo })),
      subscription.types,
      newest,
      EVENTS_WAITING_PER_GROUP_MAX,
    );
    const byGroup = Map.groupBy(events, ({ group }) => group);
    for (const lane of empty) {
      const own = byGroup.get(lane.group) ?? [];
      const last = own.at(-1);
      const isCut = own.length >= EVENTS_WAITING_PER_GROUP_MAX && last !== undefined;
      lane.add(own, isCut ? last.position : newest);
    }
  }

  /** Begins as many calls as there is room for. A lane that has had its turn goes behind the others. */
  #call(outlet: Outlet): void {
    const nowMs = this.#ports.wallClockMs();
    for (const [group, lane] of [...outlet.lanes]) {
      if (outlet.calls >= EVENT_CALLS_PER_SUBSCRIPTION_MAX) return;
      const event = lane.next;
      if (event === null || !lane.isDue(nowMs)) continue;
      outlet.lanes.delete(group);
      outlet.lanes.set(group, lane);
      outlet.calls += 1;
      lane.isCalling = true;
      const call = this.#deliver(outlet, lane, event)
        .catch((error: unknown) => {
          lane.pause(this.#ports.wallClockMs() + PAUSE_MS);
          this.#ports.onFailure(error);
        })
        .finally(() => {
          this.#calls.delete(call);
          outlet.calls -= 1;
          lane.isCalling = false;
          this.#callMore(outlet);
        });
      this.#calls.add(call);
    }
  }

  #callMore(outlet: Outlet): void {
    if (this.#stopping.signal.aborted || !this.#isCurrent(outlet)) return;
    this.#call(outlet);
    // All that was read is delivered: there may be more.
    if ([...outlet.lanes.values()].every(({ waiting }) => waiting === 0)) void this.pass();
  }

  #isCurrent(outlet: Outlet): boolean {
    return this.#outlets.get(outlet.subscription.id) === outlet;
  }

  async #deliver(outlet: Outlet, lane: EventLane, event: EventHead): Promise<void> {
    const { subscription } = outlet;
    const { store, signingSecrets } = this.#ports;
    const [body] = await store.bodies([event]);
    // Erased meanwhile: there is nothing left to say.
    if (body === undefined) return lane.done();
    const secrets = signingSecrets(subscription);
    const outcome: EventCallOutcome =
      secrets === null
        ? unreadable()
        : await postEvent(
            {
              subscription,
              id: eventIdOf(event),
              body: JSON.stringify(body),
              secrets,
              isTest: false,
            },
            this.#ports,
            this.#stopping.signal,
          );
    if (this.#stopping.signal.aborted && outcome.type === 'failed') return;
    await this.#conclude(subscription, lane, event, outcome);
  }

  async #conclude(
    subscription: SubscriptionRecord,
    lane: EventLane,
    event: EventHead,
    outcome: EventCallOutcome,
  ): Promise<void> {
    if (outcome.type === 'delivered') {
      this.#stats.delivered += 1;
      return lane.done();
    }
    this.#stats.failedAttempts += 1;
    const { wallClockMs, random, store } = this.#ports;
    const { status, errorCode, error, consequence, retryAfterMs } = outcome;
    const attempts = lane.failures + 1;
    // Whatever fails from here on is tried again then.
    lane.failed(wallClockMs() + eventPauseMs(attempts, retryAfterMs, random));
    if (consequence === 'disable') return this.#disable(subscription);
    if (consequence === 'retry' && attempts < EVENT_ATTEMPTS_MAX) return;
    const letter = { attempts, status, errorCode, error, failedAtMs: wallClockMs() };
    await store.addDeadLetter(subscription.id, event.position, letter);
    this.#stats.deadLetters += 1;
    lane.done();
  }

  async #disable({ id }: SubscriptionRecord): Promise<void> {
    const { subscriptions, wallClockMs, onDisabled } = this.#ports;
    const disabledReason = 'it answered with 410';
    await subscriptions.patch(id, { status: 'disabled', disabledReason }, wallClockMs());
    this.#outlets.delete(id);
    onDisabled(id, disabledReason);
  }

  async #save(): Promise<void> {
    const unsaved = [...this.#outlets].flatMap(([subscriptionId, { lanes }]) =>
      [...lanes.values()].flatMap((lane) =>
        lane.unsaved === null
          ? []
          : [{ lane, subscriptionId, group: lane.group, position: lane.unsaved }],
      ),
    );
    await this.#ports.store.raiseCursors(
      unsaved.map(({ subscriptionId, group, position }) => ({ subscriptionId, group, position })),
    );
    for (const { lane, position } of unsaved) lane.saved(position);
  }

  /** Breaks calls off, and saves how far each came. Never rejects. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#pass;
    await Promise.all(this.#calls);
    await this.#save().catch(this.#ports.onFailure);
  }
}

function sameTypes(some: readonly EventType[], others: readonly EventType[]): boolean {
  return some.length === others.length && some.every((type) => others.includes(type));
}

function unreadable(): EventCallOutcome {
  return {
    type: 'failed',
    status: null,
    errorCode: 'secret_unreadable',
    error: errorText('no key of this node opens the signing secret'),
    consequence: 'retry',
    retryAfterMs: null,
  };
}
