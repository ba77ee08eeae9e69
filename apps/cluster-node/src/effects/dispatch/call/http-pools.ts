import type { Socket } from 'node:net';
import { buildConnector, errors, Agent as HttpAgent } from 'undici';
import type { AgentRecord } from '../../ports.ts';
import { isPublicAddress, PrivateAddressError, publicLookup } from './address-rules.ts';

export const CONNECTIONS_PER_AGENT_MAX = 64;
/** A pool unused for so long is closed. */
const POOL_IDLE_MS = 60_000;
const SWEEP_MS = 30_000;
/** What an answer's headers may take together. */
export const HEADERS_BYTES_MAX = 32 * 1024;

interface Pool {
  readonly http: HttpAgent;
  calls: number;
  idleSinceMs: number;
}

/**
 * Connections to agents, a pool for each of them: an agent that hangs holds its own connections and no other's.
 * Private addresses are refused at the address that is connected to, on every connect.
 */
export class HttpPools {
  readonly #allowPrivate: boolean;
  readonly #pools = new Map<string, Pool>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(allowPrivate: boolean) {
    this.#allowPrivate = allowPrivate;
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  /** Takes the agent's pool; `release` gives it back when the call is over. */
  take(agent: Pick<AgentRecord, 'id' | 'connectTimeoutMs'>): {
    readonly http: HttpAgent;
    release(): void;
  } {
    const key = `${agent.id} ${agent.connectTimeoutMs}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const http = createHttpAgent(agent.connectTimeoutMs, this.#allowPrivate);
      pool = { http, calls: 0, idleSinceMs: 0 };
      this.#pools.set(key, pool);
    }
    const taken = pool;
    taken.calls += 1;
    return {
      http: taken.http,
      release: () => {
        taken.calls -= 1;
        taken.idleSinceMs = performance.now();
      },
    };
  }

  get size(): number {
    return this.#pools.size;
  }

  async destroy(): Promise<void> {
    clearInterval(this.#sweeper);
    await Promise.all([...this.#pools.values()].map(({ http }) => http.destroy()));
    this.#pools.clear();
  }

  #sweep(): void {
    const now = performance.now();
    for (const [key, pool] of this.#pools) {
      if (pool.calls > 0 || now - pool.idleSinceMs < POOL_IDLE_MS) continue;
      this.#pools.delete(key);
      // Nothing is under way in it, so nothing is lost, whatever closing says.
      pool.http.destroy().catch(() => undefined);
    }
  }
}

/** Connections of their own, with the same guards. To be destroyed by who makes them. */
export function createHttpAgent(connectTimeoutMs: number, allowPrivate: boolean): HttpAgent {
  return new HttpAgent({
    allowH2: true,
    connections: CONNECTIONS_PER_AGENT_MAX,
    maxHeaderSize: HEADERS_BYTES_MAX,
    // The call has clocks of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: guardedConnector(connectTimeoutMs, allowPrivate),
  });
}

/** Connects within the limit, and only where it is allowed to: the look-up is checked, and the peer once more. */
function guardedConnector(
  connectTimeoutMs: number,
  allowPrivate: boolean,
): buildConnector.connector {
  const connect = buildConnector({
    allowH2: true,
    timeout: connectTimeoutMs,
    ...(allowPrivate ? {} : { lookup: publicLookup }),
  });
  return (options, callback) => {
    let isOver = false;
    const finish = (error: Error | null, socket: Socket | null): void => {
      if (isOver) {
        socket?.destroy();
        return;
      }
      isOver = true;
      clearTimeout(limit);
      if (error !== null || socket === null)
        callback(error ?? new Error('there is no connection'), null);
      else callback(null, socket);
    };
    // The library's own clock is up to a second late.
    const limit = setTimeout(
      () => finish(new errors.ConnectTimeoutError(`no connection in ${connectTimeoutMs} ms`), null),
      connectTimeoutMs,
    );
    connect(options, (error, socket) => {
      const address = socket?.remoteAddress;
      if (!allowPrivate && address !== undefined && !isPublicAddress(address)) {
        socket?.destroy();
        finish(new PrivateAddressError(options.hostname, address), null);
      } else finish(error, socket);
    });
  };
}
