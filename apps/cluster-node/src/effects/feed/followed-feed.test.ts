import {
  apply,
  type Command,
  createGroupState,
  type GroupState,
  getSession,
  inboxChanges,
} from '@fleetlm/conversation';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Feed } from './feed.ts';
import type { SessionEvent } from './feed-events.ts';
import { encodeUnfollow } from './follow-codec.ts';

const SESSION = '00-01JD0000000000000000000000';
const USER = 'ann';
const GROUP = 0;

function commands(): { next: () => Command } {
  let count = 0;
  const begin: Command = {
    type: 'create-session',
    sessionId: SESSION,
    userId: USER,
    agentId: 'bot',
    metadata: new Uint8Array([1]),
    timeMs: 1,
  };
  return {
    next: () => {
      count += 1;
      if (count === 1) return begin;
      return {
        type: 'append-message',
        sessionId: SESSION,
        sender: { type: 'user', id: USER },
        clientMessageId: `c${count}`,
        message: { id: `m${count}`, kind: 'text', payload: new Uint8Array([2]), preview: '' },
        debounceMs: 60_000,
        whileAnswering: 'queue',
        held: null,
        timeMs: count,
      };
    },
  };
}

/** Nodes in one process; what they send each other waits in a queue for each pair, in order. */
class Nodes {
  readonly log: Command[] = [];
  readonly nodes = new Map<
    string,
    { feed: Feed; state: GroupState; applied: number; up: boolean }
  >();
  readonly holders = new Set<string>();
  readonly leaving = new Set<string>();
  readonly calls = new Set<{ readonly holder: string; readonly done: (answer: null) => void }>();
  readonly queue: { readonly from: string; readonly to: string; readonly run: () => void }[] = [];
  /** Whether too much waits for the other node. */
  lose: () => boolean = () => false;

  add(id: string): void {
    const node = { state: createGroupState(), applied: 0, up: true };
    const state = (): GroupState | null =>
      this.holders.has(id) || this.leaving.has(id) ? node.state : null;
    const feed: Feed = new Feed({
      self: id,
      holds: () => this.holders.has(id),
      groupOf: () => GROUP,
      session: (sessionId) => {
        const known = state();
        return known === null ? null : getSession(known, sessionId);
      },
      isConnected: (other) => this.nodes.get(other)?.up === true,
      follow: (_group, number, topic, done) => {
        const [first] = [...this.holders].filter((other) => this.nodes.get(other)?.up);
        const holder = this.holders.has(id) ? id : first;
        if (holder === undefined) {
          this.queue.push({ from: id, to: id, run: () => done(null) });
          return;
        }
        const call = { holder, done };
        this.calls.add(call);
        const answered = (answer: Parameters<typeof done>[0]): void => {
          if (this.calls.delete(call)) done(answer);
        };
        const open = () => {
          this.applyAll(holder);
          const followed = this.nodes.get(holder)?.feed.follow(id, number, topic) ?? null;
          const answer = followed === null ? null : { nodeId: holder, followed };
          if (holder === id) answered(answer);
          else this.queue.push({ from: holder, to: id, run: () => answered(answer) });
        };
        this.queue.push({ from: id, to: holder, run: open });
      },
      unfollow: (other, number) => {
        const frame = encodeUnfollow(number);
        const run = () => void this.nodes.get(other)?.feed.receiveUnfollow(id, frame);
        this.queue.push({ from: id, to: other, run });
      },
      sendEvent: (other, frame) => {
        if (this.lose()) return false;
        const run = () => void this.nodes.get(other)?.feed.receiveEvent(id, frame);
        this.queue.push({ from: id, to: other, run });
        return true;
      },
      sendChunk: () => undefined,
      fetch: async () => null,
      fetchFrom: async () => null,
      checkpoint: () => null,
      dispatchOf: () => null,
      inboxChanges: (userId, since) => {
        const known = state();
        const size = { limit: 500, bytesMax: 2 ** 30, envelopeBytes: 0 };
        return known === null ? null : inboxChanges(known, userId, since, size);
      },
      monotonicMs: () => 0,
      onError: (error) => {
        throw error;
      },
    });
    this.nodes.set(id, { feed, ...node });
    Object.assign(node, this.nodes.get(id));
  }

  applyAll(id: string): void {
    while (this.applyOne(id));
  }

  applyOne(id: string): boolean {
    const node = this.nodes.get(id);
    const command = node === undefined ? undefined : this.log[node.applied];
    if (node === undefined || command === undefined || !this.holders.has(id)) return false;
    node.applied += 1;
    for (const effect of apply(node.state, command).effects) {
      if (effect.type === 'message-committed') node.feed.messageCommitted(effect.message);
      if (effect.type === 'inbox-changed') node.feed.inboxChanged(effect.userId);
    }
    return true;
  }

  /** The oldest of what is on its way between two nodes. */
  deliver(random: (bound: number) => number): boolean {
    const chosen = this.queue[random(this.queue.length)];
    if (chosen === undefined) return false;
    const first = this.queue.findIndex(({ from, to }) => from === chosen.from && to === chosen.to);
    this.queue.splice(first, 1)[0]?.run();
    return true;
  }

  kill(id: string): void {
    const node = this.nodes.get(id);
    if (node === undefined) return;
    node.up = false;
    // What was on its way is gone, and so are the answers that were waited for.
    const left = this.queue.splice(0).filter(({ from, to }) => from !== id && to !== id);
    this.queue.push(...left);
    for (const [other, { feed }] of this.nodes) if (other !== id) feed.peerDown(id);
    for (const call of [...this.calls])
      if (call.holder === id && this.calls.delete(call)) call.done(null);
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const seed = Date.now() % 1_000_000;

function randomOf(start: number): (bound: number) => number {
  let state = start;
  return (bound) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return bound === 0 ? 0 : (state >>> 8) % bound;
  };
}

test(`whatever is lost, and whichever node publishes: every message once, in order (seed ${seed})`, async () => {
  for (let run = 0; run < 200; run += 1) {
    const random = randomOf(seed + run);
    const nodes = new Nodes();
    for (const id of ['a', 'b', 'n']) nodes.add(id);
    nodes.holders.add('a').add('b');
    const { next } = commands();
    nodes.log.push(next());
    for (const id of ['a', 'b']) nodes.applyAll(id);
    const seqs: number[] = [];
    const follower = nodes.nodes.get('n')?.feed;
    let resyncs = 0;
    follower?.subscribeSession(SESSION, (event: SessionEvent) => {
      if (event.type === 'message') seqs.push(event.message.seq);
      if (event.type === 'resync') resyncs += 1;
    });
    nodes.lose = () => random(20) === 0;
    const killAt = random(120);
    const gainAt = random(240);
    for (let step = 0; step < 250; step += 1) {
      if (random(3) === 0) nodes.log.push(next());
      nodes.applyOne(['a', 'b', 'n'][random(3)] ?? 'a');
      nodes.deliver(random);
      if (step === killAt) nodes.kill('a');
      vi.advanceTimersByTime(random(100));
      if (step === gainAt && run % 3 === 0) {
        nodes.holders.add('n');
        nodes.applyAll('n');
        follower?.groupGained(GROUP);
      }
    }
    nodes.lose = () => false;
    for (let settled = 0; settled < 5; settled += 1) {
      do for (const id of nodes.holders) nodes.applyAll(id);
      while (nodes.deliver(random));
      vi.advanceTimersByTime(2_000);
    }
    const last = seqs.at(-1) ?? 0;
    expect({ run, seqs, resyncs }).toEqual({
      run,
      seqs: Array.from({ length: seqs.length }, (_, at) => last - seqs.length + 1 + at),
      resyncs: 0,
    });
    expect(last, `run ${run}`).toBe(nodes.log.length - 1);
    follower?.close();
  }
});

test('a node that loses its replica continues where it stood, served by another', () => {
  const nodes = new Nodes();
  for (const id of ['a', 'b']) nodes.add(id);
  nodes.holders.add('a').add('b');
  const { next } = commands();
  const seqs: number[] = [];
  const feed = nodes.nodes.get('b')?.feed;
  feed?.subscribeSession(SESSION, (event) => {
    if (event.type === 'message') seqs.push(event.message.seq);
  });
  for (let count = 0; count < 4; count += 1) nodes.log.push(next());
  nodes.applyAll('b');
  nodes.holders.delete('b');
  nodes.leaving.add('b');
  feed?.groupLost(GROUP);
  nodes.leaving.delete('b');
  for (let count = 0; count < 4; count += 1) nodes.log.push(next());
  for (;;) {
    nodes.applyAll('a');
    if (!nodes.deliver(() => 0)) break;
  }
  expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7]);
  feed?.close();
});

test('two nodes that gain their replicas while each waits for the other publish to their own subscribers', () => {
  const nodes = new Nodes();
  for (const id of ['a', 'b']) nodes.add(id);
  const { next } = commands();
  const seqsOf = new Map<string, number[]>();
  // Each asks the other one, which has a replica that can answer and does not count as up to date yet.
  for (const [id, other] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    nodes.holders.clear();
    nodes.holders.add(other);
    seqsOf.set(id, []);
    nodes.nodes.get(id)?.feed.subscribeSession(SESSION, (event) => {
      if (event.type === 'message') seqsOf.get(id)?.push(event.message.seq);
    });
  }
  nodes.holders.add('a').add('b');
  nodes.log.push(next());
  for (const { feed } of nodes.nodes.values()) feed.groupGained(GROUP);
  for (let wait = 0; wait < 50; wait += 1) {
    while (nodes.deliver(() => 0));
    vi.advanceTimersByTime(100);
  }
  for (let count = 0; count < 4; count += 1) nodes.log.push(next());
  for (;;) {
    for (const id of ['a', 'b']) nodes.applyAll(id);
    if (!nodes.deliver(() => 0)) break;
  }
  expect(Object.fromEntries(seqsOf)).toEqual({ a: [1, 2, 3, 4], b: [1, 2, 3, 4] });
  for (const { feed } of nodes.nodes.values()) {
    expect(feed.stats).toMatchObject({ followed: 0, followers: 0 });
    feed.close();
  }
});
