import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NetPort } from './net-port.ts';
import { tcpNet } from './tcp-net.ts';
import { LinkProxy, secretNet, TestMesh, until } from './testing/mesh-net.ts';
import type { CertificateCredentials } from './tls-credentials.ts';
import { type TlsNet, tlsNet } from './tls-net.ts';

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** With the share of a key that is made of a curve and a lattice; what may come behind the proof are tickets. */
const SERVER_HELLO_BYTES_MIN = 1_100;

const peerOf = (nodeId: string, port: number) => ({ nodeId, host: '127.0.0.1', port });

async function mesh(nodeId: string, net: NetPort): Promise<TestMesh> {
  const opened = await TestMesh.open(nodeId, {}, net);
  open.push(opened);
  return opened;
}

async function pair(ofA: NetPort, ofB: NetPort): Promise<readonly [TestMesh, TestMesh]> {
  const [a, b] = [await mesh('a', ofA), await mesh('b', ofB)];
  a.mesh.addPeer(peerOf('b', b.port));
  b.mesh.addPeer(peerOf('a', a.port));
  return [a, b];
}

const connected = async (a: TestMesh, b: TestMesh): Promise<void> =>
  until(() => a.mesh.isConnected('b') && b.mesh.isConnected('a'), 'both to connect');

const refusals = ({ events }: TestMesh): readonly string[] => [
  ...new Set(
    events.flatMap((event) =>
      event.type === 'peer-refused' ? [`${event.refusal} ${event.remote ? 'there' : 'here'}`] : [],
    ),
  ),
];

describe('with a secret', { timeout: 30_000 }, () => {
  it('M23 an acceptor that does not have the secret is not believed, and is given no identity', async () => {
    // It answers as one that has none would: with bytes of its own.
    const a = await mesh('a', secretNet());
    const stranger = await mesh('b', tcpNet);
    a.mesh.addPeer(peerOf('b', stranger.port));
    await until(() => a.mesh.attempts[0]?.lastFailure !== null, 'the call to fail');
    expect(a.mesh.connected).toEqual([]);
    expect(stranger.events.filter(({ type }) => type === 'peer-up')).toEqual([]);
  });

  it('M23 a caller without encryption is refused as malformed', async () => {
    const [a, b] = await pair(tcpNet, secretNet());
    await until(() => refusals(b).includes('malformed here'), 'the refusal');
    expect([a.mesh.connected, b.mesh.connected]).toEqual([[], []]);
  });

  it('M25 a byte changed anywhere in a handshake never ends in an accepted peer', async () => {
    const b = await mesh('b', secretNet());
    const proxy = await LinkProxy.open(() => b.port);
    open.push(proxy);
    const net = secretNet();
    const opens = async (): Promise<boolean> =>
      new Promise((resolve) => {
        const wire = net.dial('127.0.0.1', proxy.port, {
          opened: () => {
            wire.destroy();
            resolve(true);
          },
          received: () => undefined,
          closed: () => resolve(false),
        });
      });
    const bytes = { fromCaller: 0, toCaller: 0 };
    proxy.change = (piece, at, fromCaller) => {
      bytes[fromCaller ? 'fromCaller' : 'toCaller'] = at + piece.length;
    };
    expect(await opens()).toBe(true);
    for (const fromCaller of [true, false]) {
      const length = fromCaller ? bytes.fromCaller : bytes.toCaller;
      for (let where = 0; where < length; where += 61) {
        proxy.change = (piece, at, isFromCaller) => {
          const byte = piece[where - at];
          if (isFromCaller === fromCaller && byte !== undefined) piece[where - at] = byte ^ 0x41;
        };
        // The caller's last message proves the secret to the acceptor alone, behind which the caller takes it for open.
        const isOpen = await opens();
        if (!fromCaller && where < SERVER_HELLO_BYTES_MIN) expect(isOpen).toBe(false);
      }
    }
    proxy.change = null;
    expect(b.events.filter(({ type }) => type === 'peer-up')).toEqual([]);
    expect(b.frames).toEqual([]);
  });

  it('M27 what was recorded of a connection is worth nothing when it is played again', async () => {
    const [a, b] = [await mesh('a', secretNet()), await mesh('b', secretNet())];
    const proxy = await LinkProxy.open(() => b.port);
    open.push(proxy);
    const recorded: Buffer[] = [];
    proxy.change = (bytes, _at, fromCaller) => {
      if (fromCaller) recorded.push(Buffer.from(bytes));
    };
    a.mesh.addPeer(peerOf('b', proxy.port));
    b.mesh.addPeer(peerOf('a', a.port));
    await connected(a, b);
    a.mesh.send('b', 'request', new Uint8Array([7]));
    await until(() => b.frames.length === 1, 'the frame');
    const socket = connect(b.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    for (const bytes of recorded) socket.write(bytes);
    await closed;
    expect(b.frames).toHaveLength(1);
    expect(a.count('peer-down') + b.count('peer-down')).toBe(0);
  });

  it('M52 nothing that is sent can be read on the way', async () => {
    const [a, b] = [await mesh('a', secretNet()), await mesh('b', secretNet())];
    const proxy = await LinkProxy.open(() => b.port);
    open.push(proxy);
    const seen: Buffer[] = [];
    proxy.change = (bytes) => void seen.push(Buffer.from(bytes));
    a.mesh.addPeer(peerOf('b', proxy.port));
    b.mesh.addPeer(peerOf('a', a.port));
    await connected(a, b);
    const text = 'what users say to each other';
    a.mesh.send('b', 'request', Buffer.from(text));
    await until(() => b.frames.length === 1, 'the frame');
    const wire = Buffer.concat(seen).toString('latin1');
    for (const plain of [text, 'a-life', 'open sesame']) expect(wire).not.toContain(plain);
  });

  it('M53 a secret is changed one node after the other', async () => {
    const [old, next] = ['the old secret', 'the new secret'];
    const steps = [[old], [old, next], [next, old], [next]];
    for (let at = 1; at < steps.length; at += 1) {
      const [a, b] = await pair(
        secretNet(...(steps[at - 1] ?? [])),
        secretNet(...(steps[at] ?? [])),
      );
      await connected(a, b);
      for (const each of open.splice(0)) await each.close();
    }
    const [a, b] = await pair(secretNet(old), secretNet(next));
    await until(() => refusals(a).length > 0, 'a refusal');
    expect([a.mesh.connected, b.mesh.connected]).toEqual([[], []]);
  });
});

describe('with certificates', { timeout: 30_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'fleetlm-mesh-'));
  const authorities = { own: '', other: '' };
  const certificates: CertificateCredentials[] = [];

  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' });
  };
  const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
  const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

  const authority = (name: string): string => {
    openssl(
      'req',
      '-x509',
      ...EC,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
    );
    return read(`${name}.crt`);
  };
  const certificate = (name: string, by: string, days = '2'): CertificateCredentials => {
    openssl('req', ...EC, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${by}.crt`,
      '-CAkey',
      `${by}.key`,
      '-CAcreateserial',
      '-days',
      days,
      '-out',
      `${name}.crt`,
    );
    return {
      kind: 'certificate',
      certificate: read(`${name}.crt`),
      key: read(`${name}.key`),
      authorities: read('own.crt'),
    };
  };
  const net = (at: number): TlsNet => {
    const credentials = certificates[at];
    if (credentials === undefined) throw new RangeError(`no certificate ${at}`);
    return tlsNet(credentials);
  };

  beforeAll(() => {
    authorities.own = authority('own');
    authorities.other = authority('other');
    certificates.push(certificate('a', 'own'), certificate('b', 'own'), {
      ...certificate('c', 'other'),
      authorities: `${authorities.own}${authorities.other}`,
    });
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('M54 nodes of one authority connect', async () => {
    const [a, b] = await pair(net(0), net(1));
    await connected(a, b);
    a.mesh.send('b', 'request', new Uint8Array([1]));
    await until(() => b.frames.length === 1, 'a frame');
  });

  it('M54 a certificate of another authority is refused, by the one that is called and by the caller', async () => {
    const [a, c] = await pair(net(0), net(2));
    await until(() => refusals(a).includes('bad-certificate here'), 'the refusal');
    expect([a.mesh.connected, c.mesh.connected]).toEqual([[], []]);
    // c itself would take a.
    expect(refusals(c)).not.toContain('bad-certificate here');
  });

  it.each(['called', 'calling'])(
    'M54 a node that has the secret alone is refused when %s',
    async (way) => {
      const [a, b] = [await mesh('a', net(0)), await mesh('b', secretNet())];
      if (way === 'called') a.mesh.addPeer(peerOf('b', b.port));
      else b.mesh.addPeer(peerOf('a', a.port));
      const caller = way === 'called' ? a : b;
      await until(
        () => refusals(caller).some((refusal) => refusal.startsWith('bad-certificate')),
        'the refusal',
      );
      expect([a.mesh.connected, b.mesh.connected]).toEqual([[], []]);
    },
  );

  it('M55 a certificate is renewed while connections are open; one whose key is not its own is refused', async () => {
    const first = net(0);
    const [a, b] = await pair(first, net(1));
    await connected(a, b);
    const [own, other] = certificates;
    if (own === undefined || other === undefined) throw new Error('there are no certificates');
    expect(() => first.renew({ ...own, key: other.key })).toThrow();
    // From now on it accepts certificates of the other authority, too.
    first.renew({ ...own, authorities: `${authorities.own}${authorities.other}` });
    const c = await mesh('c', net(2));
    c.mesh.addPeer(peerOf('a', a.port));
    a.mesh.addPeer(peerOf('c', c.port));
    await until(() => a.mesh.isConnected('c'), 'the other authority to be accepted');
    expect(a.mesh.isConnected('b')).toBe(true);
    expect(a.count('peer-down')).toBe(0);
  });
});
