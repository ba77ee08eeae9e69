import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AcceptorHandshake,
  DiallerHandshake,
  type HandshakeOptions,
  type HandshakeStep,
  type Lane,
} from './handshake.ts';
import type { NodeIdentity } from './mesh-api.ts';

const crypto = {
  hmacSha256: (secret: string, data: Uint8Array) =>
    createHmac('sha256', secret).update(data).digest(),
  randomBytes: (count: number) => randomBytes(count),
};

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
  return { identity: identity(nodeId), secret: 'open sesame', crypto, admit: () => null, ...other };
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
  it('M20 both sides learn who the other is, and what the connection is for', () => {
    const ends = shake(side('a'), side('b'), { lane: 'bulk' });
    expect(ends.dialler).toMatchObject({ status: 'done', peer: identity('b'), lane: 'bulk' });
    expect(ends.acceptor).toMatchObject({ status: 'done', peer: identity('a'), lane: 'bulk' });
  });

  const refusals: {
    name: string;
    a?: Partial<HandshakeOptions>;
    b?: Partial<HandshakeOptions>;
    expected?: string;
    refusal: string;
    by: 'dialler' | 'acceptor';
  }[] = [
    { name: 'another secret', b: { secret: 'other' }, refusal: 'bad-secret', by: 'acceptor' },
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
      by: 'dialler',
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
      expect(ends[other]).toMatchObject({ status: 'refused', refusal, remote: true });
    });
  }

  it('M22 a node without a cluster is left to the judgement of the other', () => {
    const young = side('a', { identity: identity('a', { clusterId: null }) });
    expect(shake(young, side('b')).acceptor?.status).toBe('done');
  });

  it('M23 an acceptor that does not have the secret is not believed', () => {
    // It can't compute the welcome: whatever it says instead is refused.
    const ends = shake(side('a'), side('b'), {
      change: (message, count) =>
        count === 3 ? message.map((byte, at) => (at === 0 ? byte : byte ^ 1)) : message,
    });
    expect(ends.dialler).toMatchObject({ status: 'refused', refusal: 'bad-secret', remote: false });
  });

  it('M24 another version of the protocol is named as such', () => {
    const change = (message: Uint8Array, count: number): Uint8Array =>
      count === 0 ? message.map((byte, at) => (at === 4 ? 99 : byte)) : message;
    expect(shake(side('a'), side('b'), { change }).acceptor).toMatchObject({
      status: 'refused',
      refusal: 'protocol-version',
    });
  });

  it('M25 a byte changed anywhere on the way never ends in an accepted peer of another identity', () => {
    for (let count = 0; count < 4; count += 1) {
      for (let at = 0; at < 130; at += 1) {
        const change = (message: Uint8Array, which: number): Uint8Array =>
          which === count && at < message.length
            ? message.map((byte, position) => (position === at ? byte ^ 0x41 : byte))
            : message;
        const ends = shake(side('a'), side('b'), { change });
        const isUntouched = ends.dialler?.status === 'done' && ends.acceptor?.status === 'done';
        if (isUntouched)
          expect(ends).toMatchObject({
            dialler: { peer: identity('b') },
            acceptor: { peer: identity('a') },
          });
        else expect([ends.dialler?.status, ends.acceptor?.status]).toContain('refused');
      }
    }
  });

  it('M26 garbage of any length is refused as malformed or ends there', () => {
    for (let length = 0; length < 200; length += 1) {
      const step = new AcceptorHandshake(side('b')).receive(randomBytes(length));
      expect(step.status).toBe('refused');
    }
  });

  it('M27 an answer of an earlier handshake proves nothing in a new one', () => {
    const seen: Uint8Array[] = [];
    shake(side('a'), side('b'), {
      change: (message) => {
        seen.push(message);
        return message;
      },
    });
    const [hello, , proof] = seen;
    if (hello === undefined || proof === undefined) throw new Error('no handshake');
    const acceptor = new AcceptorHandshake(side('b'));
    acceptor.receive(hello);
    expect(acceptor.receive(proof)).toMatchObject({ status: 'refused', refusal: 'bad-secret' });
  });
});
