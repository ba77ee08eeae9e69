import { RunningAnswer } from '../../effects/dispatch/attempt/running-answer.ts';
import { checkChunk } from '../../effects/dispatch/attempt/valid-chunk.ts';
import { AnswerStream } from '../../effects/dispatch/call/answer-stream.ts';
import {
  ANSWERS_BYTES_PER_AGENT_MAX,
  ANSWERS_LIMITS,
  ByteBudget,
} from '../../effects/dispatch/call/byte-budget.ts';
import { Exchange } from '../../effects/dispatch/call/exchange.ts';
import type { Chunk } from '../../effects/dispatch/dispatch-api.ts';
import { errorText } from '../../effects/error-text.ts';
import { atMost, cut, type Probes } from './probe.ts';

const MESSAGE_ID = '0197aaaa-0000-7000-8000-000000000000';
const TIMES = { latencyMs: 1, timeToFirstTokenMs: 1, prices: null };

/** Whether the whole answer is read, in pieces as the network has them. */
function reads(contentType: string, ...texts: readonly string[]): boolean {
  const stream = new AnswerStream(contentType);
  try {
    for (const text of texts) {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += 65_536)
        stream.push(bytes.subarray(at, at + 65_536));
    }
    stream.end();
    return stream.broken === null;
  } catch {
    return false;
  }
}

const NDJSON = 'application/x-ndjson';
const SSE = 'text/event-stream';

/** Lines that come to so many bytes. */
function linesOf(bytes: number): string {
  const line = `{}${' '.repeat(997)}\n`;
  const count = Math.floor(bytes / line.length) - 1;
  const rest = bytes - count * line.length;
  return `${line.repeat(count)}{}${' '.repeat(rest - 3)}\n`;
}

/** Whether a reply takes so many of them. */
function replyTakes(size: number, chunkOf: (n: number) => Chunk): boolean {
  const reply = new RunningAnswer(MESSAGE_ID);
  for (let n = 0; n < size; n += 1) if (!reply.take(chunkOf(n)).ok) return false;
  return true;
}

export const AGENT_PROBES: Probes = {
  'Answers of agents: whole answer': atMost((size) => reads(NDJSON, linesOf(size))),
  'Answers of agents: line of an answer': atMost((size, { character }) => {
    const line = `"${character.repeat(size - 2)}"`;
    const isRead = reads(NDJSON, line, '\n');
    if (reads(SSE, `data: ${line}\n\n`) !== isRead) throw new Error('the formats differ');
    return isRead;
  }),
  'Answers of agents: chunks of an answer': atMost((size) => reads(NDJSON, '{}\n'.repeat(size))),
  'Answers of agents: nesting of a chunk': atMost((size) =>
    reads(NDJSON, `${'{"a":'.repeat(size)}1${'}'.repeat(size)}\n`),
  ),
  'Answers of agents: members of a list or a record of a chunk': atMost((size) => {
    const checked = checkChunk({ type: 'text-end', id: '1', citations: new Array(size).fill(1) });
    return !checked.ok && !checked.detail.includes('members');
  }),
  'Answers of agents: answers of one agent that are being read': atMost((size) =>
    new ByteBudget(ANSWERS_LIMITS).open('agent').take(size),
  ),
  'Answers of agents: answers of a node that are being read': atMost((size) => {
    const budget = new ByteBudget(ANSWERS_LIMITS);
    for (let left = size; left > 0; left -= ANSWERS_BYTES_PER_AGENT_MAX) {
      const share = Math.min(left, ANSWERS_BYTES_PER_AGENT_MAX);
      if (!budget.open(`agent-${left}`).take(share)) return false;
    }
    return true;
  }),
  'Answers of agents: error text': cut(
    (size, { character }) => errorText(character.repeat(size)).length,
  ),
  'Answers of agents: body of a call or an answer in a delivery': cut((size, { character }) => {
    const exchange = new Exchange({ headers: {}, apiKey: null }, []);
    exchange.requested(new URL('http://agent.example'), {}, character.repeat(size));
    exchange.answered(200, {});
    exchange.received(Buffer.from(character.repeat(size)));
    const [asked, answered] = [exchange.request?.body.length, exchange.response?.body.length];
    if (asked !== answered) throw new Error(`${asked} of a call, ${answered} of its answer`);
    return answered ?? -1;
  }),
  'Replies: parts of a reply': atMost((size) => replyTakes(size, () => ({ type: 'start-step' }))),
  'Replies: tool calls of a reply whose input is streamed': atMost((size) =>
    replyTakes(size, (n) => ({ type: 'tool-input-start', toolCallId: `${n}`, toolName: 'x' })),
  ),
  'Replies: text of a reply that fits in no other form': cut((size, { character }) => {
    const reply = new RunningAnswer(MESSAGE_ID);
    reply.take({ type: 'text-start', id: '1' });
    reply.take({ type: 'text-delta', id: '1', delta: character.repeat(size) });
    const { payload } = reply.excerpt(1, TIMES);
    return JSON.parse(new TextDecoder().decode(payload)).content.parts[0].text.length;
  }),
};
