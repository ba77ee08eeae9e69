import type { LogEntry, LoggedAnswer, NodeLog, SessionLog } from './checker/run-record.ts';
import { contentDigest, messageDigest } from './history/digest.ts';
import { pause } from './rig/wait-until.ts';
import {
  pageShape,
  type ReadMessage,
  sentContentShape,
  sessionAnswerShape,
} from './workload/answers.ts';
import type { CallEnd, RestClient } from './workload/rest-client.ts';

const PAGE = 500;
const LIMIT_MS = 15_000;
const ATTEMPTS = 20;
const AT_ONCE = 6;

/** A session as one node has it, from a seq on. Throws when the node does not answer in many attempts. */
export async function readMessages(
  rest: RestClient,
  target: string,
  sessionId: string,
  fromSeq: number,
): Promise<readonly ReadMessage[]> {
  const all: ReadMessage[] = [];
  for (;;) {
    const afterSeq = all.at(-1)?.seq ?? fromSeq;
    const path = `/api/sessions/${sessionId}/messages?after_seq=${afterSeq}&limit=${PAGE}`;
    const page = await patiently(() =>
      rest.call(target, { method: 'GET', path, limitMs: LIMIT_MS }, pageShape),
    );
    all.push(...page.messages);
    if (!page.has_more) return all;
    if (page.messages.length === 0) throw new Error(`${sessionId}: has_more without any message`);
  }
}

/** Every session through one node, and the agents' answers. */
export async function readNode(
  rest: RestClient,
  node: string,
  target: string,
  sessionIds: readonly string[],
): Promise<{ readonly log: NodeLog; readonly answers: readonly LoggedAnswer[] }> {
  const sessions: SessionLog[] = [];
  const answers: LoggedAnswer[] = [];
  await inTurns(sessionIds, async (sessionId, session) => {
    const messages = await readMessages(rest, target, sessionId, 0);
    const { session: head } = await patiently(() =>
      rest.call(
        target,
        { method: 'GET', path: `/api/sessions/${sessionId}`, limitMs: LIMIT_MS },
        sessionAnswerShape,
      ),
    );
    sessions[session] = {
      seqs: messages.map(({ seq }) => seq),
      entries: messages.map(entryOf),
      lastReadSeq: head.last_read_seq,
    };
    answers.push(...messages.flatMap((message) => answerOf(message, session)));
  });
  return { log: { node, sessions }, answers };
}

/** Some at a time; a cluster that was just tortured is not to be crushed by the check. */
export async function inTurns<T>(
  items: readonly T[],
  act: (item: T, at: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) await act(item, at);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function patiently<T>(call: () => Promise<CallEnd<T>>): Promise<T> {
  let trouble = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const end = await call();
    if (end.type === 'answer') return end.value;
    trouble = end.type === 'refused' ? `${end.code}: ${end.detail}` : end.detail;
    await pause(500);
  }
  throw new Error(`nothing could be read back: ${trouble}`);
}

function entryOf(message: ReadMessage): LogEntry {
  const sent = sentContentShape.safeParse(message.content);
  return {
    append: sent.success ? sent.data.append : null,
    digest: messageDigest(message),
    contentDigest: contentDigest(message.content),
  };
}

function answerOf({ kind, seq, content, metadata }: ReadMessage, session: number): LoggedAnswer[] {
  if (kind !== 'assistant') return [];
  const parts = Array.isArray(content.parts) ? content.parts : [];
  const text = parts
    .map((part: unknown) =>
      typeof part === 'object' && part !== null && 'text' in part ? String(part.text) : '',
    )
    .join('');
  return [
    {
      session,
      seq,
      epoch: Number(metadata.epoch),
      termination: String(metadata.termination),
      text,
    },
  ];
}
