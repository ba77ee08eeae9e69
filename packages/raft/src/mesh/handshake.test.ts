import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AcceptorHandshake,
  DiallerHandshake,
  type HandshakeOptions,
  type HandshakeStep,
  type Lane,
} from './handshake.ts';
import type { NodeIdentity } from './mesh-api.ts';

function identity(nodeId: string, other: Partial<NodeIdentity> = {}): NodeIdentity {
  return {
    nodeId,
    incarnation: `${nodeId}-life`,
    bootNonce: `${nodeId}-boot`,
    clusterId: 'alpha',
    ...other,
  };
}

function side(nodeId: string, other: Partial<HandshakeOptions> = {}): HandshakeOptions {
  return { identity: identity(nodeId), admit: () => null, ...other };
}

interface Ends {
  readonly dialler: HandshakeStep | null;
  readonly acceptor: HandshakeStep | null;
}

/** Carries messages to and fro until neither side has more to send; `change` stands in the middle. */
function shake(
  a: HandshakeOptions,
  b: HandshakeOptions,
  options: {
    expected?: string | null;
    lane?: Lane;
    change?: (message: Uint8Array, count: number) => Uint8Array;
  } = {},
): Ends {
  const dialler = new DiallerHandshake(
    a,
    options.lane ?? 'main',
    options.expected === undefined ? 'b' : options.expected,
  );
  const acceptor = new AcceptorHandshake(b);
  const change = options.change ?? ((message: Uint8Array) => message);
  let ends: Ends = { dialler: null, acceptor: null };
  let toAcceptor: Uint8Array | null = dialler.start();
  for (let count = 0; toAcceptor !== null; count += 2) {
    const atAcceptor = acceptor.receive(change(toAcceptor, count));
    ends = { ...ends, acceptor: atAcceptor };
    if (atAcceptor.send === null) break;
    const atDialler = dialler.receive(change(atAcceptor.send, count + 1));
    ends = { ...ends, dialler: atDialler };
    toAcceptor = atDialler.send;
  }
  return ends;
}

describe('the handshake', () => {
  for (const lane of ['main', 'bulk', 'probe'] as const)
    it(`M20 both sides learn who the other is, and that the connection is for ${lane}`, () => {
      const address = { host: 'a.example', port: 4101 };
      const ends = shake(side('a', { identity: identity('a', { address }) }), side('b'), { lane });
      expect(ends.dialler).toEqual({ status: 'done', send: null, peer: identity('b'), lane });
      const peer = identity('a', { address });
      expect(ends.acceptor).toMatchObject({ status: 'done', peer, lane });
    });

  const refusals: {
    name: string;
    a?: Partial<HandshakeOptions>;
    b?: Partial<HandshakeOptions>;
    expected?: string;
    refusal: string;
    by: 'dialler' | 'acceptor';
  }[] = [
    {
      name: 'another cluster',
      b: { identity: identity('b', { clusterId: 'beta' }) },
      refusal: 'other-cluster',
      by: 'acceptor',
    },
    {
      name: 'an unknown incarnation',
      b: { admit: ({ incarnation }) => (incarnation === 'a-life' ? 'unknown-incarnation' : null) },
      refusal: 'unknown-incarnation',
      by: 'acceptor',
    },
    {
      name: 'a second process of one node',
      b: { admit: () => 'duplicate-node' },
      refusal: 'duplicate-node',
      by: 'acceptor',
    },
    {
      name: 'a node that the address does not belong to',
      expected: 'c',
      refusal: 'unexpected-node',
      by: 'acceptor',
    },
    {
      name: "a peer that the caller doesn't admit",
      a: { admit: () => 'unknown-incarnation' },
      refusal: 'unknown-incarnation',
      by: 'dialler',
    },
  ];
  for (const { name, a, b, expected, refusal, by } of refusals) {
    it(`M21 refuses ${name}, and sends the other side the reason`, () => {
      const ends = shake(side('a', a), side('b', b), expected === undefined ? {} : { expected });
      const other = by === 'dialler' ? 'acceptor' : 'dialler';
      expect(ends[by]).toMatchObject({ status: 'refused', refusal, remote: false });
      const nodeId = other === 'dialler' ? 'b' : 'a';
      expect(ends[other]).toMatchObject({ status: 'refused', refusal, remote: true, nodeId });
    });
  }

  it('M22 a node without a cluster is left to the judgement of the other', () => {
    const young = side('a', { identity: identity('a', { clusterId: null }) });
    expect(shake(young, side('b')).acceptor?.status).toBe('done');
  });

  it('M23 a node that is called at an address of another one refuses, before a connection of its own ends', () => {
    const { acceptor } = shake(side('a'), side('b'), { expected: 'c' });
    expect(acceptor).toMatchObject({
      status: 'refused',
      refusal: 'unexpected-node',
      remote: false,
      nodeId: 'a',
    });
  });

  it('M24 another version of the protocol is named as such', () => {
    const change = (message: Uint8Array, count: number): Uint8Array =>
      count === 0 ? message.map((byte, at) => (at === 4 ? 99 : byte)) : message;
    expect(shake(side('a'), side('b'), { change }).acceptor).toMatchObject({
      status: 'refused',
      refusal: 'protocol-version',
    });
  });

  it('M26 garbage of any length is refused as malformed, by either side', () => {
    for (let length = 0; length < 200; length += 1) {
      const garbage = randomBytes(length);
      const dialler = new DiallerHandshake(side('a'), 'main', 'b');
      expect(new AcceptorHandshake(side('b')).receive(garbage).status).toBe('refused');
      expect(dialler.receive(garbage).status).toBe('refused');
    }
  });

  it('M26 a byte changed anywhere, or cut off, never throws', () => {
    const hello = new DiallerHandshake(side('a'), 'main', 'b').start();
    for (let at = 0; at < hello.length; at += 1) {
      const changed = hello.map((byte, position) => (position === at ? byte ^ 0x41 : byte));
      for (const bytes of [changed, hello.subarray(0, at)])
        expect(['done', 'refused']).toContain(
          new AcceptorHandshake(side('b')).receive(bytes).status,
        );
    }
  });

  it('M27 a second hello on one connection is refused', () => {
    const acceptor = new AcceptorHandshake(side('b'));
    const hello = new DiallerHandshake(side('a'), 'main', 'b').start();
    expect(acceptor.receive(hello).status).toBe('done');
    expect(acceptor.receive(hello)).toMatchObject({ status: 'refused', refusal: 'malformed' });
  });
});
