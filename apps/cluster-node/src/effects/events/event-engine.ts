import { HttpPools } from '../dispatch/call/http-pools.ts';
import { type EventCall, type EventCallOutcome, postEvent } from './event-call.ts';
import { EventDeliverer, type EventDelivererPorts } from './event-deliverer.ts';
import { EventStore } from './event-store.ts';
import { SubscriptionStore } from './subscription-store.ts';

const SWEEP_EVERY_MS = 3_600_000;

export interface EventEngineOptions
  extends Omit<EventDelivererPorts, 'store' | 'subscriptions' | 'pools'> {
  readonly databaseUrl: string;
}

/** The events of conversations on this node: read, delivered, and deleted when they have been kept long enough. */
export class EventEngine {
  readonly store: EventStore;
  readonly subscriptions: SubscriptionStore;
  readonly deliverer: EventDeliverer;
  readonly #options: EventEngineOptions;
  readonly #pools: HttpPools;
  readonly #stopping = new AbortController();
  #sweeper: NodeJS.Timeout | null = null;

  constructor(options: EventEngineOptions) {
    this.#options = options;
    this.#pools = new HttpPools(options.allowPrivateAddresses);
    this.store = new EventStore(options.databaseUrl);
    this.subscriptions = new SubscriptionStore(this.store.database, () => this.store.prepare());
    this.deliverer = new EventDeliverer({
      ...options,
      store: this.store,
      subscriptions: this.subscriptions,
      pools: this.#pools,
    });
  }

  start(): void {
    this.deliverer.start();
    this.#sweeper = setInterval(() => {
      // While Postgres is away the next hour will do.
      this.store.sweep(this.#options.wallClockMs()).catch(this.#options.onFailure);
    }, SWEEP_EVERY_MS);
    this.#sweeper.unref();
  }

  /** One call that an operator asks for. */
  post(call: EventCall): Promise<EventCallOutcome> {
    return postEvent(call, { ...this.#options, pools: this.#pools }, this.#stopping.signal);
  }

  async stop(graceMs: number): Promise<void> {
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    this.#stopping.abort();
    const limit = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([this.deliverer.stop(), limit]);
    await Promise.race([Promise.all([this.#pools.destroy(), this.store.close()]), limit]);
  }
}
