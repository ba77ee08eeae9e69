import { CONTENT_BYTES_MAX, REPLY_BYTES_MAX } from '@fleetlm/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  delta,
  FakeAgent,
  HELLO,
  OPENING,
  sse,
  stream,
} from '../src/effects/dispatch/testing/fake-agent.ts';
import { messagesOf, openSession, textOf } from './support/answers.ts';
import { TestCluster } from './support/cluster.ts';

/** An answer in progress that is as large as a reply may be, when the next message comes. */

let cluster: TestCluster;
let agent: FakeAgent;
let origin_url: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.close());
beforeEach(async () => {
  agent = new FakeAgent();
  origin_url = await agent.listen();
});
afterEach(() => agent.close());

const PIECE = 'x'.repeat(64 * 1024);
/** What the message around the text takes, and the metadata. */
const ROOM_BYTES = 4 * 1024;
const PIECES = Math.floor((REPLY_BYTES_MAX - ROOM_BYTES) / PIECE.length);
const REST = 'y'.repeat(REPLY_BYTES_MAX - ROOM_BYTES - PIECES * PIECE.length);
/** With the partial it is about the largest entry that there can be. */
const QUESTION = 'z'.repeat(CONTENT_BYTES_MAX - 64);

/** Says nearly all that a reply may hold and ends when it is made to; asked the next question, it says hello. */
function hangAtTheLimit(): () => void {
  let end = (): void => undefined;
  agent.handler = (_request, response, body) => {
    if (body.includes(QUESTION)) {
      stream(response).end(sse(...HELLO));
      return;
    }
    const pieces = Array.from({ length: PIECES }, () => delta(PIECE));
    stream(response).write(sse(...OPENING, ...pieces, delta(REST)));
    end = () => response.end(sse({ type: 'text-end', id: '1' }, { type: 'finish' }));
  };
  return () => end();
}

test.each(['interrupt', 'merge'])(
  'a message that comes in such an answer is accepted by %s on every node, and survives a restart of all nodes',
  async (while_answering) => {
    const end = hangAtTheLimit();
    const agentId = `at-the-limit-${while_answering}`;
    const sessionId = await openSession(cluster, 'ann', {
      id: agentId,
      origin_url,
      while_answering,
      timeout_ms: 120_000,
      idle_timeout_ms: 120_000,
    });
    const send = (through: string, id: string, text: string) =>
      cluster.call(through, 'POST', `/api/sessions/${sessionId}/messages`, {
        body: { user_id: 'ann', client_message_id: id, kind: 'text', content: { text } },
      });
    const shown = async (): Promise<number> => {
      const socket = await cluster.socket('n1', 'ann');
      const ack = await socket
        .timeout(30_000)
        .emitWithAck('session:join', { session_id: sessionId, last_seq: 0 });
      socket.disconnect();
      const chunks: readonly { readonly delta?: string }[] = ack.stream?.chunks ?? [];
      return chunks.reduce((sum, chunk) => sum + (chunk.delta?.length ?? 0), 0);
    };
    expect(await send('n1', 'first', 'tell me all')).toMatchObject({ status: 201 });
    await expect.poll(shown, { timeout: 60_000 }).toBe(PIECES * PIECE.length + REST.length);

    expect(await send('n2', 'second', QUESTION)).toMatchObject({ status: 201 });
    for (const { id, isRunning } of cluster.nodes.values())
      expect([id, isRunning()]).toEqual([id, true]);
    // Interrupted, the call is closed by now; with `merge` the message waits for the end of what was begun.
    end();
    const texts = async () => (await messagesOf(cluster, sessionId, 'n3')).map(textOf);
    await expect
      .poll(async () => (await texts()).at(-1)?.slice(0, 9), { timeout: 60_000 })
      .toBe('Hello');
    const before = await texts();
    expect(before[0]).toBe('tell me all');
    expect(before.includes(QUESTION)).toBe(true);

    for (const node of cluster.nodes.values()) expect(await node.kill('SIGTERM')).toBe(0);
    await cluster.revive();
    // A leader that was lost meanwhile has the agent asked again: its reply may come later.
    const after = (await texts()).slice(0, before.length);
    expect(after.map((text) => text.length)).toEqual(before.map((text) => text.length));
    expect(await send('n3', 'third', 'still there?')).toMatchObject({ status: 201 });
  },
);
