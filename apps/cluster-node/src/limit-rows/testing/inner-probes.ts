import { signWebhook, verifyWebhook } from '@fleetlm/agent';
import { type Command, parseCommand, versioned } from '@fleetlm/conversation';
import { formatSessionId } from '@fleetlm/protocol';
import { pino } from 'pino';
import { LiveAnswers, type LiveAnswersPorts } from '../../effects/feed/live-answers.ts';
import { messageRow } from '../../effects/flusher/archive-rows.ts';
import { registrationBytes } from '../../membership/agent-registry.ts';
import { applySystemCommand, emptySystemState } from '../../membership/system-state.ts';
import { agentRecord } from '../../membership/testing/agent-record.ts';
import { APPEND, SESSION } from '../../operations/testing/append-operation.ts';
import { decodeResponse, encodeRequest } from '../../router/call-codec.ts';
import { RemoteCalls, type RemoteCallsOptions } from '../../router/remote-calls.ts';
import { Router } from '../../router/router.ts';
import { atMost, cut, type Probes, textOfBytes } from './probe.ts';

const utf8 = new TextEncoder();

const parses = (command: Command): boolean => parseCommand(versioned(command)).ok;

const AGENT = agentRecord();

function liveAnswers(lost: () => void = () => undefined): LiveAnswers {
  const ports: LiveAnswersPorts = {
    dispatchOf: () => null,
    fetch: async () => null,
    checkpoint: () => null,
    deliver: () => undefined,
    lost,
    monotonicMs: () => 0,
  };
  return new LiveAnswers(ports);
}

const liveChunk = (sessionId: string, index: number) => ({
  sessionId,
  epoch: 1,
  attempt: 1,
  index,
  chunk: { type: 'text-delta', id: '1', delta: 'x' },
});

const CALLS: RemoteCallsOptions = {
  log: pino({ enabled: false }),
  sendRequest: () => true,
  sendResponse: () => true,
  execute: () => undefined,
};

export const INNER_PROBES: Probes = {
  'Conversations: error text of a command': atMost((size, { character }) =>
    parses({
      type: 'fail-dispatch',
      sessionId: SESSION,
      timeMs: 1,
      epoch: 1,
      attempt: 1,
      error: character.repeat(size),
    }),
  ),
  'Conversations: id in a command': atMost((size, { character }) =>
    parses({
      type: 'mark-read',
      sessionId: SESSION,
      timeMs: 1,
      userId: character.repeat(size),
      lastSeq: 1,
    }),
  ),
  'Conversations: watermarks of a command': atMost((size) => {
    const watermark = { sessionId: SESSION, seq: 1, sessionVersion: 1 };
    const watermarks = new Array(size).fill(watermark);
    return parses({ type: 'mark-flushed', mark: 1, watermarks, timeMs: 1 });
  }),
  'Conversations: registered agents': atMost((size) => {
    const state = emptySystemState();
    for (let n = 0; n < size; n += 1) {
      const agent = { ...AGENT, id: `agent-${n}` };
      if (applySystemCommand(state, { type: 'create-agent', agent }).type !== 'agent') return false;
    }
    return true;
  }),
  'Conversations: registrations of all agents': atMost((size, { character }) => {
    const text = size - registrationBytes({ ...AGENT, name: '' });
    const agent = { ...AGENT, name: textOfBytes(text, character) };
    return applySystemCommand(emptySystemState(), { type: 'create-agent', agent }).type === 'agent';
  }),
  'Pages and live events: chunks of one run that a follower keeps': atMost(async (size) => {
    const live = liveAnswers();
    live.accept(liveChunk(SESSION, 0), size);
    return (await live.read(SESSION)) !== null;
  }),
  'Pages and live events: runs that a follower keeps': atMost((size) => {
    const live = liveAnswers();
    for (let n = 0; n < size; n += 1) live.accept(liveChunk(`${n}`, 0), 1);
    return live.size === size;
  }),
  'Pages and live events: chunks that come before an earlier one': atMost((size) => {
    let isLost = false;
    const live = liveAnswers(() => {
      isLost = true;
    });
    for (let n = 1; n <= size; n += 1) live.accept(liveChunk(SESSION, n), 1);
    return !isLost;
  }),
  'Pages and live events: bytes of those chunks': atMost((size) => {
    let isLost = false;
    const live = liveAnswers(() => {
      isLost = true;
    });
    live.accept(liveChunk(SESSION, 1), 1);
    live.accept(liveChunk(SESSION, 2), size - 1);
    return !isLost;
  }),
  'Mesh: calls of a node that wait for their answer': atMost((size) => {
    const router = new Router({
      ...CALLS,
      self: 1,
      isGroup: () => true,
      nodeIdOf: (node) => `n${node}`,
      isConnected: () => true,
      // Each group has a leader of its own, so that no peer has too many.
      leaderOf: (group) => 2 + group,
      replicasOf: (group) => [2 + group],
      holds: () => false,
      metrics: { routerAttempts: { inc: () => undefined } },
      syncMs: () => 0,
      monotonicMs: () => 0,
      random: () => 0,
    });
    let refused = 0;
    for (let n = 0; n < size; n += 1) {
      const sessionId = formatSessionId(n % 200, SESSION.slice(3));
      router.call({ ...APPEND, sessionId }, () => {
        refused += 1;
      });
    }
    const accepted = refused === 0;
    router.close();
    return accepted;
  }),
  'Mesh: calls to one peer': atMost((size) => {
    const calls = new RemoteCalls(CALLS);
    let refused = 0;
    for (let n = 0; n < size; n += 1)
      calls.request('n2', 1, APPEND, () => {
        refused += 1;
      });
    return refused === 0;
  }),
  'Mesh: calls of one peer': atMost((size) => {
    let refused = 0;
    const calls = new RemoteCalls({
      ...CALLS,
      sendResponse: (_nodeId, frame) => {
        if (decodeResponse(frame, () => APPEND.type).ok) refused += 1;
        return true;
      },
    });
    for (let n = 1; n <= size; n += 1) calls.handleRequest('n2', encodeRequest(n, APPEND));
    return refused === 0;
  }),
  'Archive and search: text of a message that search looks through': cut((size, { character }) => {
    const content = { text: character.repeat(size) };
    const row: { search_text: string } = JSON.parse(
      messageRow(
        {
          id: '0197d3b0-0000-7000-8000-000000000001',
          sessionId: SESSION,
          seq: 1,
          sender: { type: 'user', id: 'alice' },
          kind: 'text',
          payload: utf8.encode(JSON.stringify({ content, metadata: {} })),
          insertedAtMs: 1,
        },
        new Map(),
      ),
    );
    return row.search_text.length;
  }),
  'Client and SDK: signatures of a call that are compared': atMost((size) => {
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const signed = signWebhook({ id: 'a:1', body: '{}', secret, atMs: 0 });
    const others = new Array(size - 1).fill('v1,AAAA');
    const headers = {
      ...signed,
      'webhook-signature': [...others, signed['webhook-signature']].join(' '),
    };
    try {
      verifyWebhook({ secret, headers, body: '{}', nowMs: 0 });
      return true;
    } catch {
      return false;
    }
  }),
};
