import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../clock/clock.ts';
import { nodeClock } from '../../clock/node-clock.ts';
import { crc32c } from '../../wal/index.ts';
import type { Channel, Mesh, MeshEvent, MeshOptions } from '../mesh-api.ts';
import type { NetPort } from '../net-port.ts';
import { openTcpMesh } from '../tcp-mesh.ts';
import { tlsNet } from '../tls-net.ts';

/** The same clock, ten times as fast: time limits of seconds are over in tenths of them. */
export const fastClock: Clock = {
  now: () => nodeClock.now() * 10,
  setTimer: (delayMs, fire) => nodeClock.setTimer(delayMs / 10, fire),
  defer: (run) => nodeClock.defer(run),
  soon: (run) => nodeClock.soon(run),
};

/** Lets so much time pass for the meshes of a test. */
export async function meshTime(ms: number): Promise<void> {
  return new Promise((resolve) => {
    fastClock.setTimer(ms, resolve);
  });
}

export interface Frame {
  readonly from: string;
  readonly channel: Channel;
  readonly payload: Uint8Array;
}

/** What the meshes of a test prove to each other, unless it says otherwise. */
export const secretNet = (...secrets: readonly string[]): NetPort =>
  tlsNet({ kind: 'secret', secrets: secrets.length === 0 ? ['open sesame'] : secrets });

/** A mesh in this process with a memory of all that it was called with. */
export class TestMesh {
  readonly mesh: Mesh;
  readonly port: number;
  readonly events: MeshEvent[];
  readonly frames: Frame[];

  private constructor(mesh: Mesh, port: number, events: MeshEvent[], frames: Frame[]) {
    this.mesh = mesh;
    this.port = port;
    this.events = events;
    this.frames = frames;
  }

  static async open(
    nodeId: string,
    change: Partial<MeshOptions> = {},
    net: NetPort = secretNet(),
  ): Promise<TestMesh> {
    const events: MeshEvent[] = [];
    const frames: Frame[] = [];
    return new Promise((resolve, reject) => {
      openTcpMesh(
        {
          host: '127.0.0.1',
          port: 0,
          identity: {
            nodeId,
            incarnation: `${nodeId}-life`,
            bootNonce: `${nodeId}-boot`,
            clusterId: 'alpha',
          },
          peers: [],
          frameBytesMax: 1024 * 1024,
          queueBytesMax: 256 * 1024,
          random: (bound) => Math.floor(Math.random() * bound),
          admit: () => null,
          onFrame: (from, channel, payload) => {
            frames.push({ from, channel, payload: payload.slice() });
            return true;
          },
          onEvent: (event) => events.push(event),
          ...change,
        },
        { net, clock: fastClock, crc32c },
        (result) => {
          if (result.ok) resolve(new TestMesh(result.mesh, result.port, events, frames));
          else reject(new Error(result.detail));
        },
      );
    });
  }

  count(type: MeshEvent['type']): number {
    return this.events.filter((event) => event.type === type).length;
  }

  async close(): Promise<void> {
    return new Promise((done) => this.mesh.close(done));
  }
}

/** Stands between a caller and a mesh: passes bytes on, until it is set to hold or to break. */
export class LinkProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  isHolding = false;
  /** Changes what is passed on; `at` is where in the stream of its direction it begins. */
  change: ((bytes: Buffer, at: number, fromCaller: boolean) => void) | null = null;
  port = 0;
  /** Calls so far. */
  calls = 0;

  private constructor(target: () => number) {
    this.#server = createServer((near) => {
      const far = connect(target(), '127.0.0.1');
      const pair = [near, far] as const;
      this.calls += 1;
      this.#pairs.add(pair);
      for (const [one, other] of [pair, [far, near] as const]) {
        let passed = 0;
        one.on('data', (bytes) => {
          this.change?.(bytes, passed, one === near);
          passed += bytes.length;
          if (!this.isHolding) other.write(bytes);
        });
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#pairs.delete(pair);
          if (!this.isHolding) other.destroy();
        });
      }
    });
  }

  static async open(target: () => number): Promise<LinkProxy> {
    const proxy = new LinkProxy(target);
    return new Promise((resolve) => {
      proxy.#server.listen(0, '127.0.0.1', () => {
        const address = proxy.#server.address();
        proxy.port = typeof address === 'object' && address !== null ? address.port : 0;
        resolve(proxy);
      });
    });
  }

  /** Open at the moment. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Breaks every connection, with a reset. */
  reset(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  close(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    this.#server.close();
  }
}

export async function until(
  condition: () => boolean,
  what: string,
  limitMs = 10_000,
): Promise<void> {
  const end = nodeClock.now() + limitMs;
  while (!condition()) {
    if (nodeClock.now() > end) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await new Promise<void>((resolve) => {
      nodeClock.setTimer(2, resolve);
    });
  }
}
