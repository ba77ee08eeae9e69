import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeClock } from '../clock/node-clock.ts';
import { crc32c } from '../wal/index.ts';
import { encodeWireHeader } from './frame.ts';
import { HANDSHAKE_TICKS_MAX, MESH_TICK_MS } from './mesh-node.ts';
import { PENDING_CALLS_MAX, PENDING_CALLS_PER_ADDRESS_MAX, PendingCalls } from './pending-calls.ts';
import { secretNet, TestMesh, until } from './testing/mesh-net.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function mesh(nodeId: string, change: Parameters<typeof TestMesh.open>[1] = {}) {
  const opened = await TestMesh.open(nodeId, change);
  open.push(opened);
  return opened;
}

const peerOf = (nodeId: string, port: number) => ({ nodeId, host: '127.0.0.1', port });

async function pair(ofA: Parameters<typeof mesh>[1], ofB: Parameters<typeof mesh>[1] = ofA) {
  const b = await mesh('b', ofB);
  const a = await mesh('a', { ...ofA, peers: [peerOf('b', b.port)] });
  b.mesh.addPeer(peerOf('a', a.port));
  await until(() => a.mesh.isConnected('b') && b.mesh.isConnected('a'), 'both to connect');
  return [a, b] as const;
}

/** The header of a record of TLS in which a handshake begins, with its largest length. */
const TLS_RECORD = Buffer.from([0x16, 0x03, 0x01, 0x40, 0x00]);

/** Announces a handshake and sends a byte of it now and then, for ever: of the one of TLS, which is before all others. */
class Dripping {
  readonly #socket: Socket;
  isClosed = false;
  bytes = 0;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', () => undefined);
    this.#socket.once('close', () => {
      this.isClosed = true;
    });
    this.#socket.write(TLS_RECORD);
    this.#drip();
  }

  #drip(): void {
    if (this.isClosed) return;
    this.#socket.write(new Uint8Array(1));
    this.bytes += 1;
    nodeClock.setTimer(10, () => this.#drip());
  }

  close(): void {
    this.#socket.destroy();
  }
}

function dripping(port: number, count: number): readonly Dripping[] {
  const sockets = Array.from({ length: count }, () => new Dripping(port));
  open.push(...sockets);
  return sockets;
}

describe('callers that mean no good', { timeout: 30_000 }, () => {
  it('M46 a handshake has one deadline, which no byte extends', async () => {
    const a = await mesh('a');
    const began = nodeClock.now();
    const [slow] = dripping(a.port, 1);
    await until(() => slow?.isClosed === true, 'the caller to be hung up on');
    // The test's clock is ten times as fast.
    expect(nodeClock.now() - began).toBeGreaterThan(
      ((HANDSHAKE_TICKS_MAX - 2) * MESH_TICK_MS) / 10,
    );
    expect(slow?.bytes).toBeGreaterThan(3);
  });

  it('M46 also not for a caller that has proven the secret', async () => {
    const a = await mesh('a');
    let bytes = 0;
    const began = nodeClock.now();
    await new Promise<void>((closed) => {
      let isOver = false;
      const drip = (): void => {
        if (isOver) return;
        wire.write([new Uint8Array(1)]);
        bytes += 1;
        nodeClock.setTimer(10, drip);
      };
      const wire = secretNet().dial('127.0.0.1', a.port, {
        opened: () => {
          wire.write([encodeWireHeader('handshake', new Uint8Array(2_000), crc32c)]);
          drip();
        },
        received: () => undefined,
        closed: () => {
          isOver = true;
          closed();
        },
      });
    });
    expect(nodeClock.now() - began).toBeGreaterThan(
      ((HANDSHAKE_TICKS_MAX - 2) * MESH_TICK_MS) / 10,
    );
    expect(bytes).toBeGreaterThan(3);
  });

  it('M47 any number of them holds up neither our own calls nor those of peers', async () => {
    const b = await mesh('b');
    dripping(b.port, 3 * PENDING_CALLS_MAX);
    const a = await mesh('a', { peers: [peerOf('b', b.port)] });
    b.mesh.addPeer(peerOf('a', a.port));
    const again = nodeClock.setTimer(20, () => dripping(b.port, PENDING_CALLS_MAX));
    await until(() => a.mesh.isConnected('b') && b.mesh.isConnected('a'), 'the peer to connect');
    again.cancel();
  });

  it('M47 the oldest call of the address that has the most gives way', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z', 'v', 'w'), fc.boolean()), {
          maxLength: 300,
        }),
        (calls) => {
          const pending = new PendingCalls<string>();
          for (const [at, [address, isProven]] of calls.entries()) {
            const call = `${address}${at}`;
            expect(pending.add(call, address)).not.toBe(call);
            if (isProven) pending.delete(call);
          }
          expect(pending.all.length).toBeLessThanOrEqual(PENDING_CALLS_MAX);
          for (const address of ['x', 'y', 'z', 'v', 'w'])
            expect(
              pending.all.filter((call) => call.startsWith(address)).length,
            ).toBeLessThanOrEqual(PENDING_CALLS_PER_ADDRESS_MAX);
        },
      ),
    );
  });

  it('M48 a frame above the limit is refused by its sender, and the link stays', async () => {
    const frameBytesMax = 40_000;
    const [a, b] = await pair({ frameBytesMax });
    for (const [bytes, isSent] of [
      [frameBytesMax + 1, false],
      [frameBytesMax - 1, true],
      [frameBytesMax, true],
      [3 * frameBytesMax, false],
    ] as const)
      expect(a.mesh.send('b', 'response', new Uint8Array(bytes))).toBe(isSent);
    await until(() => b.frames.length === 2, 'what fits');
    expect(b.frames.map(({ payload }) => payload.length)).toEqual([
      frameBytesMax - 1,
      frameBytesMax,
    ]);
    expect(a.events.filter(({ type }) => type === 'frame-refused')).toEqual([
      { type: 'frame-refused', nodeId: 'b', channel: 'response', bytes: frameBytesMax + 1 },
      { type: 'frame-refused', nodeId: 'b', channel: 'response', bytes: 3 * frameBytesMax },
    ]);
    expect(a.count('peer-down')).toBe(0);
  });

  it('M49 an exception in what handles a frame closes that connection, and nothing else', async () => {
    const error = new RangeError('a handler of a frame failed');
    const onFrame = (): boolean => {
      throw error;
    };
    const c = await mesh('c');
    const [a, b] = await pair({}, { onFrame, peers: [peerOf('c', c.port)] });
    c.mesh.addPeer(peerOf('b', b.port));
    await until(() => c.mesh.isConnected('b') && b.mesh.isConnected('c'), 'the bystander');
    a.mesh.send('b', 'request', new Uint8Array([1]));
    await until(() => b.count('handler-failed') === 1, 'the report');
    expect(b.events.find(({ type }) => type === 'handler-failed')).toMatchObject({
      nodeId: 'a',
      error,
    });
    await until(() => a.count('peer-up') === 2, 'the connection to come back');
    expect(c.count('peer-down')).toBe(0);
  });
});
