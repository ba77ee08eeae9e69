import { io, type Socket } from 'socket.io-client';
import * as z from 'zod';
import { userToken } from '../../credentials.ts';
import { pause } from '../../torture/rig/wait-until.ts';
import type { PagesCase } from '../inputs/case.ts';
import type { Stage } from './stage.ts';

const CALL_LIMIT_MS = 30_000;
const JOIN_LIMIT_MS = 10_000;
const AGAIN_MS = 250;
/** Whatever a session holds, no answer about it is larger. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

const pageShape = z.object({
  messages: z.array(z.object({ seq: z.number() })),
  has_more: z.boolean(),
});

/** Fills a session and reads all of it over REST and over a socket; then its answer is resumed as a chat does. */
export async function playPages(one: PagesCase, stage: Stage): Promise<void> {
  const agent = await stage.nextAgent('queue');
  const { id, user } = await stage.newSession(agent);
  const path = `/api/sessions/${id}/messages`;
  // The agent speaks by itself: nothing is asked of it.
  const content = { text: 'x'.repeat(one.text_bytes) };
  for (let sent = 0; sent < one.messages; sent += 1) {
    // Sent again when its answer is lost: it is one message all the same.
    const body = { agent_id: agent, client_message_id: `page-${sent}`, content };
    const { status, value } = await stage.api.insist('POST', path, body, CALL_LIMIT_MS);
    if (status !== 201 && status !== 200)
      throw new Error(`POST ${path}: ${status} ${JSON.stringify(value)}`);
  }
  const check = (way: string, seqs: readonly number[]): void => {
    const isWhole = seqs.length === one.messages && seqs.every((seq, at) => seq === at + 1);
    if (!isWhole)
      stage.findings.add('lost-or-duplicated', `${way}: ${seqs.length} messages`, [one], way);
  };
  check('pages over REST', await readOverRest(path, one, stage));
  check('pages over a socket', await readOverSocket(id, user, one, stage));
  const token = await userToken(stage.credentials, user);
  const url = `${stage.nextNode().url}/api/chat/${id}/stream`;
  const resumed = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(CALL_LIMIT_MS),
  });
  const { byteLength } = await resumed.arrayBuffer();
  if (![200, 204].includes(resumed.status) || byteLength > ANSWER_BYTES_MAX)
    stage.findings.add('wrong-status', `resume: ${resumed.status}, ${byteLength} bytes`, [one]);
}

async function readOverRest(path: string, one: PagesCase, stage: Stage): Promise<number[]> {
  const seqs: number[] = [];
  for (;;) {
    const query = `?after_seq=${seqs.at(-1) ?? 0}&limit=500`;
    const { value } = await stage.api.insist('GET', path + query, undefined, CALL_LIMIT_MS);
    const page = pageShape.parse(value);
    checkSize('a page over REST', value, one, stage);
    seqs.push(...page.messages.map(({ seq }) => seq));
    if (!page.has_more || page.messages.length === 0) return seqs;
  }
}

async function readOverSocket(
  session: string,
  user: string,
  one: PagesCase,
  stage: Stage,
): Promise<number[]> {
  const token = await userToken(stage.credentials, user);
  const socket: Socket = io(stage.nextNode().url, {
    transports: ['websocket'],
    auth: { token },
    forceNew: true,
  });
  const seqs: number[] = [];
  try {
    for (;;) {
      const answer = await joinAt(socket, { session_id: session, last_seq: seqs.at(-1) ?? 0 });
      const page = pageShape.parse(answer);
      checkSize('a page over a socket', answer, one, stage);
      seqs.push(...page.messages.map(({ seq }) => seq));
      if (!page.has_more || page.messages.length === 0) return seqs;
    }
  } finally {
    socket.close();
  }
}

/** Again while the answer is a refusal or missing: a busy node may say so. The last answer when the limit is over. */
async function joinAt(socket: Socket, payload: object): Promise<unknown> {
  const deadline = performance.now() + CALL_LIMIT_MS;
  for (;;) {
    const answer: unknown = await socket
      .timeout(JOIN_LIMIT_MS)
      .emitWithAck('session:join', payload)
      .catch((error: unknown) => ({ ok: false, error: String(error) }));
    if (pageShape.safeParse(answer).success) return answer;
    if (performance.now() > deadline)
      throw new Error(`session:join: ${JSON.stringify(answer).slice(0, 500)}`);
    await pause(AGAIN_MS);
  }
}

function checkSize(what: string, value: unknown, one: PagesCase, stage: Stage): void {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > ANSWER_BYTES_MAX)
    stage.findings.add('bad-answer', `${what} has ${bytes} bytes`, [one], what);
}
