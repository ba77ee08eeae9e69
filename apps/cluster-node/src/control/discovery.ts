import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { DialAttempt, Mesh } from '@fleetlm/raft/mesh';
import { DISCOVERED_ADDRESSES_MAX } from '../limits.ts';
import { inComponent } from '../telemetry/component-turns.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';

/** All addresses of a name. Rejects when DNS says that there are none, or says nothing. */
export type Resolve = (name: string) => Promise<readonly string[]>;

export interface DiscoveryOptions {
  readonly name: string;
  /** Of the mesh, on every node. */
  readonly port: number;
  readonly resolve: Resolve;
  readonly mesh: Pick<Mesh, 'setSeeds' | 'attempts' | 'isConnected'>;
  readonly log: Logger;
  readonly monotonicMs: () => number;
  /** For tests. */
  readonly times?: DiscoveryTimes;
}

interface DiscoveryTimes {
  readonly everyMs: number;
  readonly searchingEveryMs: number;
  readonly reportAfterMs: number;
  readonly reportEveryMs: number;
}

const TIMES: DiscoveryTimes = {
  everyMs: 5_000,
  // While there is a node that is not reached, its address may be another one by now.
  searchingEveryMs: 1_000,
  reportAfterMs: 4_000,
  reportEveryMs: 60_000,
};
const QUERY_LIMIT_MS = 2_000;
const QUERY_ATTEMPTS = 2;

/** Keeps the mesh calling every address that DNS has for the nodes: they may all be others than yesterday. */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #times: DiscoveryTimes;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #failure = '';
  /** Null: all nodes are reached. */
  #searchingSinceMs: number | null = null;
  #reportedAtMs = Number.NEGATIVE_INFINITY;
  #reported = '';

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#times = options.times ?? TIMES;
  }

  start(): void {
    this.#schedule(0);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #schedule(ms: number): void {
    if (this.#stopped) return;
    const look = (): void => {
      void this.#resolve().finally(() => inComponent('membership', () => this.#resolved()));
    };
    this.#timer = setTimeout(guarded('timer', look), ms);
  }

  async #resolve(): Promise<void> {
    const { name, port, resolve, mesh, log } = this.#options;
    try {
      const found = [...new Set(await resolve(name))].sort();
      if (this.#stopped) return;
      const hosts = found.slice(0, DISCOVERED_ADDRESSES_MAX);
      if (hosts.length < found.length)
        this.#failed(`${found.length} addresses; those beyond ${hosts.length} are left out`);
      else this.#failure = '';
      mesh.setSeeds(hosts.map((host) => ({ host, port })));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // The addresses of the last answer are called on.
      this.#failed(error.message);
      log.debug({ name, err: error }, 'discovery: no answer');
    }
  }

  #failed(detail: string): void {
    if (detail === this.#failure) return;
    this.#failure = detail;
    const { name, log } = this.#options;
    log.warn({ name, detail }, 'discovery: DNS gives no usable answer');
  }

  #resolved(): void {
    const { mesh, monotonicMs } = this.#options;
    const missing = mesh.attempts.filter(
      ({ nodeId, isConnected }) => !isConnected && (nodeId === null || !mesh.isConnected(nodeId)),
    );
    if (missing.length === 0 && this.#failure === '') this.#searchingSinceMs = null;
    else this.#searching(missing, monotonicMs());
    this.#schedule(
      this.#searchingSinceMs === null ? this.#times.everyMs : this.#times.searchingEveryMs,
    );
  }

  #searching(missing: readonly DialAttempt[], nowMs: number): void {
    const { name, log } = this.#options;
    const { reportAfterMs, reportEveryMs } = this.#times;
    this.#searchingSinceMs ??= nowMs;
    if (nowMs - this.#searchingSinceMs < reportAfterMs) return;
    const tried = missing.map(({ nodeId, host, port, lastFailure }) => ({
      address: `${isIPv6(host) ? `[${host}]` : host}:${port}`,
      node: nodeId,
      failure: lastFailure,
    }));
    const addresses = tried.map(({ address }) => address).join();
    if (addresses === this.#reported && nowMs - this.#reportedAtMs < reportEveryMs) return;
    this.#reported = addresses;
    this.#reportedAtMs = nowMs;
    log.warn({ name, tried }, 'discovery: some nodes are not reached at the addresses tried');
  }
}

/** `server` null: the machine's. Names are asked for as they are, without search domains and files of hosts. */
export function dnsResolve(server: string | null): Resolve {
  const resolver = new Resolver({ timeout: QUERY_LIMIT_MS, tries: QUERY_ATTEMPTS });
  if (server !== null) resolver.setServers([server]);
  return async (name) => {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (found.length === 0 && failed !== undefined) throw failed.reason;
    return found;
  };
}
