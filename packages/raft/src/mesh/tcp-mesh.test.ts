import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { crc32c } from '../wal/index.ts';
import { encodeWireHeader } from './frame.ts';
import type { MeshOptions } from './mesh-api.ts';
import { LinkProxy, meshTime, secretNet, TestMesh, until } from './testing/mesh-net.ts';

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

async function mesh(nodeId: string, change: Partial<MeshOptions> = {}): Promise<TestMesh> {
  const opened = await TestMesh.open(nodeId, change);
  open.push(opened);
  return opened;
}

function peerOf(nodeId: string, port: number): { nodeId: string; host: string; port: number } {
  return { nodeId, host: '127.0.0.1', port };
}

async function pair(
  a: Partial<MeshOptions> = {},
  b: Partial<MeshOptions> = {},
): Promise<[TestMesh, TestMesh]> {
  const [one, two] = [await mesh('a', a), await mesh('b', b)];
  one.mesh.addPeer(peerOf('b', two.port));
  two.mesh.addPeer(peerOf('a', one.port));
  return [one, two];
}

async function up(...meshes: TestMesh[]): Promise<void> {
  await until(
    () => meshes.every(({ mesh: each }) => each.connected.length > 0),
    'the peers to connect',
  );
}

function raw(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  open.push({ close: () => void socket.destroy() });
  return socket;
}

describe('the mesh over sockets', { timeout: 30_000 }, () => {
  it('M30 connects both ways and carries frames in order', async () => {
    const [a, b] = await pair();
    await up(a, b);
    for (let count = 0; count < 200; count += 1)
      expect(a.mesh.send('b', 'request', new Uint8Array([count]))).toBe(true);
    await until(() => b.frames.length === 200, 'the frames');
    expect(b.frames.map(({ payload }) => payload[0])).toEqual(
      Array.from({ length: 200 }, (_, at) => at),
    );
    expect(b.frames[0]).toMatchObject({ from: 'a', channel: 'request' });
    expect(a.mesh.connected[0]).toMatchObject({ nodeId: 'b', clusterId: 'alpha' });
  });

  it('M31 learns from a seed address who lives there, and leaves its own address alone', async () => {
    const [a, b] = [await mesh('a'), await mesh('b')];
    for (const { mesh: each } of [a, b]) {
      for (const port of [a.port, b.port]) each.addPeer({ nodeId: null, host: '127.0.0.1', port });
    }
    await up(a, b);
    expect(a.mesh.isConnected('b')).toBe(true);
    expect(a.count('peer-refused') + b.count('peer-refused')).toBe(0);
  });

  it('M32 tells at once that a connection broke, and connects again', async () => {
    const b = await mesh('b');
    const proxy = await LinkProxy.open(() => b.port);
    open.push(proxy);
    const a = await mesh('a', { peers: [peerOf('b', proxy.port)] });
    b.mesh.addPeer(peerOf('a', a.port));
    await up(a, b);
    proxy.reset();
    await until(() => a.count('peer-down') === 1 && b.count('peer-down') === 1, 'both to notice');
    await until(() => a.count('peer-up') === 2 && b.count('peer-up') === 2, 'both to be back');
    a.mesh.send('b', 'raft', new Uint8Array([1]));
    await until(() => b.frames.length === 1, 'a frame');
  });

  it('M33 a connection that breaks within a frame leaves nothing of it behind', async () => {
    const b = await mesh('b');
    const proxy = await LinkProxy.open(() => b.port);
    open.push(proxy);
    const a = await mesh('a', { peers: [peerOf('b', proxy.port)], queueBytesMax: 2 ** 24 });
    b.mesh.addPeer(peerOf('a', a.port));
    await up(a, b);
    const large = randomBytes(1_000_000);
    for (let count = 0; count < 5; count += 1) a.mesh.send('b', 'raft', large);
    await until(() => b.frames.length >= 1, 'the first frame');
    proxy.reset();
    await until(() => a.count('peer-up') === 2 && b.count('peer-up') === 2, 'both to be back');
    a.mesh.send('b', 'raft', new Uint8Array([7]));
    await until(() => b.frames.at(-1)?.payload.length === 1, 'a small frame');
    for (const { payload } of b.frames.slice(0, -1)) expect(Buffer.compare(payload, large)).toBe(0);
  });

  it('M34 refuses frames above the limit of what may wait', async () => {
    const [a, b] = await pair({ queueBytesMax: 10_000 });
    await up(a, b);
    const sent = Array.from({ length: 20 }, () =>
      a.mesh.send('b', 'request', new Uint8Array(1_000)),
    );
    expect(sent.filter(Boolean)).toHaveLength(9);
    await until(() => b.frames.length === 9, 'the frames that fitted');
    expect(a.mesh.send('b', 'request', new Uint8Array(1_000))).toBe(true);
  });

  it('M35 a peer that falls silent without closing is down after a few seconds, and not before', async () => {
    const b = await mesh('b');
    const proxy = await LinkProxy.open(() => b.port);
    open.push(proxy);
    const a = await mesh('a', { peers: [peerOf('b', proxy.port)] });
    b.mesh.addPeer(peerOf('a', a.port));
    await up(a, b);
    // Nothing is sent for a while: pings keep the connection.
    await meshTime(6_000);
    expect(a.count('peer-down') + b.count('peer-down')).toBe(0);
    proxy.isHolding = true;
    await until(() => b.count('peer-down') === 1, 'b to notice that a is silent');
    await until(
      () => a.count('peer-down') === 1,
      'a to be informed by the end of the other connection',
    );
    const down = b.events.find((event) => event.type === 'peer-down');
    expect(down).toMatchObject({ reason: 'silent for 3000 ms' });
  });

  it('M36 refuses a wrong secret loudly on both sides and goes on trying', async () => {
    const [a, b] = [await TestMesh.open('a', {}, secretNet('wrong')), await mesh('b')];
    open.push(a);
    a.mesh.addPeer(peerOf('b', b.port));
    b.mesh.addPeer(peerOf('a', a.port));
    for (const { events } of [a, b]) {
      for (const remote of [true, false]) {
        const isRefused = (): boolean =>
          events.some((event) => event.type === 'peer-refused' && event.remote === remote);
        await until(isRefused, `a refusal by ${remote ? 'the other' : 'this'} side`);
      }
      for (const event of events)
        expect(event).toMatchObject({ type: 'peer-refused', refusal: 'bad-secret' });
    }
    expect(a.mesh.connected).toEqual([]);
    const attempts = b.count('peer-refused');
    await until(() => b.count('peer-refused') > attempts, 'another attempt');
  });

  it('M37 refuses a second process under the name of a living node', async () => {
    const [a, b] = await pair();
    await up(a, b);
    const identity = {
      nodeId: 'b',
      incarnation: 'b-life',
      bootNonce: 'another process',
      clusterId: 'alpha',
    };
    const copy = await mesh('b', { identity, peers: [peerOf('a', a.port)] });
    await until(() => copy.count('peer-refused') > 0, 'the copy to be refused');
    expect(copy.events.find((event) => event.type === 'peer-refused')).toMatchObject({
      refusal: 'duplicate-node',
      remote: true,
    });
    expect(a.mesh.isConnected('b')).toBe(true);
    a.mesh.send('b', 'raft', new Uint8Array([1]));
    await until(() => b.frames.length === 1, 'the real one to be served');
  });

  it('M38 takes a restarted node in although the old connection was never closed', async () => {
    const b = await mesh('b');
    const toA = await LinkProxy.open(() => a.port);
    const toB = await LinkProxy.open(() => b.port);
    open.push(toA, toB);
    const a: TestMesh = await mesh('a', { peers: [peerOf('b', toB.port)] });
    b.mesh.addPeer(peerOf('a', toA.port));
    await up(a, b);
    toA.isHolding = true;
    toB.isHolding = true;
    await b.close();
    const identity = {
      nodeId: 'b',
      incarnation: 'b-life',
      bootNonce: 'second boot',
      clusterId: 'alpha',
    };
    const again = await mesh('b', { identity, peers: [peerOf('a', a.port)] });
    a.mesh.addPeer(peerOf('b', again.port));
    await until(
      () => a.mesh.connected.some(({ bootNonce }) => bootNonce === 'second boot'),
      'the restarted node',
    );
  });

  it('M39 garbage closes its own connection only', async () => {
    const [a, b] = await pair();
    await up(a, b);
    for (const garbage of [
      randomBytes(500),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      new Uint8Array(9),
    ]) {
      const socket = raw(a.port);
      socket.write(garbage);
      await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    }
    expect(a.count('peer-down')).toBe(0);
    expect(a.mesh.isConnected('b')).toBe(true);
  });

  it('M40 a frame before the handshake, and a caller that says nothing, are hung up on', async () => {
    const a = await mesh('a');
    const early = new Uint8Array([1]);
    const header = encodeWireHeader('raft', early, crc32c);
    const unencrypted = raw(a.port);
    unencrypted.write(Buffer.concat([header, early]));
    await new Promise<void>((resolve) => unencrypted.once('close', () => resolve()));
    await new Promise<void>((closed) => {
      const wire = secretNet().dial('127.0.0.1', a.port, {
        opened: () => wire.write([header, early]),
        received: () => undefined,
        closed: () => closed(),
      });
    });
    const silent = raw(a.port);
    await new Promise<void>((resolve) => silent.once('close', () => resolve()));
    expect(a.frames).toEqual([]);
  });

  it('M41 snapshots go over a connection of their own: frames are not stuck behind them', async () => {
    const [a, b] = await pair({ queueBytesMax: 2 ** 26 }, {});
    await up(a, b);
    // The first one opens the connection and is dropped.
    expect(a.mesh.send('b', 'snapshot', new Uint8Array(10))).toBe(false);
    const piece = new Uint8Array(500_000);
    await until(() => a.mesh.send('b', 'snapshot', piece), 'the bulk connection');
    for (let count = 0; count < 60; count += 1) a.mesh.send('b', 'snapshot', piece);
    a.mesh.send('b', 'raft', new Uint8Array([1]));
    await until(() => b.frames.some(({ channel }) => channel === 'raft'), 'the small frame');
    const before = b.frames.findIndex(({ channel }) => channel === 'raft');
    expect(before).toBeLessThan(60);
    await until(() => b.frames.length === 62, 'all pieces');
    expect(a.count('peer-down')).toBe(0);
  });

  it('M42 a frame that the receiver finds malformed closes the connection, which comes back', async () => {
    const [a, b] = await pair({}, { onFrame: () => false });
    await up(a, b);
    a.mesh.send('b', 'raft', new Uint8Array([1]));
    await until(() => a.count('peer-down') === 1, 'the connection to break');
    await until(() => a.count('peer-up') === 2, 'the connection to come back');
  });

  it('M44 calls a node at its other address when the one in use is gone', async () => {
    const b = await mesh('b');
    const [first, second] = [
      await LinkProxy.open(() => b.port),
      await LinkProxy.open(() => b.port),
    ];
    open.push(first, second);
    const a = await mesh('a', { peers: [peerOf('b', first.port), peerOf('b', second.port)] });
    b.mesh.addPeer(peerOf('a', a.port));
    await up(a, b);
    const inUse = first.connections > 0 ? first : second;
    await until(() => first.connections + second.connections === 1, 'one call to be given up');
    const downs = a.count('peer-down');
    inUse.close();
    await until(() => a.count('peer-down') > downs, 'the loss to be noticed');
    await up(a, b);
    await until(
      () => a.mesh.send('b', 'raft', new Uint8Array([1])) && b.frames.length > 0,
      'a frame',
    );
  });

  it('M50 finds nodes at seeds, asks there again when they are others, and ends no connection by it', async () => {
    const [a, b] = [await mesh('a'), await mesh('b')];
    const seeds = (...meshes: readonly TestMesh[]) =>
      meshes.map(({ port }) => ({ host: '127.0.0.1', port }));
    for (const each of [a, b]) each.mesh.setSeeds(seeds(a, b));
    await until(() => a.mesh.isConnected('b'), 'the node at the seed');
    // Also when the node there is connected already.
    a.mesh.setSeeds([]);
    a.mesh.setSeeds(seeds(a, b));
    const c = await mesh('c');
    for (const each of [a, b, c]) each.mesh.setSeeds(seeds(a, b, c));
    await until(() => a.mesh.isConnected('c') && b.mesh.isConnected('c'), 'the new node');
    await meshTime(2_000);
    for (const { events } of [a, b, c])
      expect(events.filter(({ type }) => type !== 'peer-up')).toEqual([]);
  });

  it('M50 says at which addresses it tries, and how that went', async () => {
    const a = await mesh('a', { peers: [peerOf('b', 1)] });
    a.mesh.setSeeds([{ host: '127.0.0.1', port: 2 }]);
    await until(
      () => a.mesh.attempts.every(({ lastFailure }) => lastFailure !== null),
      'both attempts to fail',
    );
    expect(a.mesh.attempts).toMatchObject([
      {
        ...peerOf('b', 1),
        isConnected: false,
        lastFailure: expect.stringContaining('ECONNREFUSED'),
      },
      { nodeId: null, port: 2, isConnected: false },
    ]);
  });

  it('M51 a call at the address of another node costs the open connection to that one nothing', async () => {
    const [a, b] = await pair();
    await up(a, b);
    a.mesh.addPeer(peerOf('c', b.port));
    await until(() => b.count('peer-refused') > 0, 'the call to be refused');
    await meshTime(1_000);
    expect(a.count('peer-down') + b.count('peer-down')).toBe(0);
    expect(a.mesh.attempts.map(({ nodeId }) => nodeId)).toEqual(['b']);
  });

  it('M51 nodes that return at addresses of each other find each other', async () => {
    const [a, b, c] = [await mesh('a'), await mesh('b'), await mesh('c')];
    // What a knows of b and c is of the past: each is where the other one was.
    a.mesh.addPeer(peerOf('b', c.port));
    a.mesh.addPeer(peerOf('c', b.port));
    const seeds = [a, b, c].map(({ port }) => ({ host: '127.0.0.1', port }));
    for (const { mesh: each } of [a, b, c]) each.setSeeds(seeds);
    await until(
      () => [a, b, c].every(({ mesh: each }) => each.connected.length === 2),
      'all to find each other',
    );
    const downs = a.count('peer-down');
    await meshTime(3_000);
    expect(a.count('peer-down')).toBe(downs);
  });

  it('M45 comes back to the address that was given for a removed node once a node of that name calls', async () => {
    const b = await mesh('b');
    const proxy = await LinkProxy.open(() => b.port);
    open.push(proxy);
    const a = await mesh('a', { peers: [peerOf('b', proxy.port)] });
    b.mesh.addPeer(peerOf('a', a.port));
    await up(a, b);
    expect(proxy.calls).toBe(1);
    a.mesh.removePeer('b');
    await until(() => a.count('peer-up') === 2, 'the node to be back');
    expect(proxy.calls).toBeGreaterThan(1);
  });

  it('M43 a removed peer is not called any more', async () => {
    const [a, b] = await pair();
    await up(a, b);
    b.mesh.removePeer('a');
    a.mesh.removePeer('b');
    await until(
      () => a.mesh.connected.length === 0 && b.mesh.connected.length === 0,
      'both to part',
    );
    await meshTime(3_000);
    expect(a.count('peer-up')).toBe(1);
  });
});
