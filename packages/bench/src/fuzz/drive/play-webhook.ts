import { userToken } from '../../credentials.ts';
import { pause } from '../../torture/rig/wait-until.ts';
import type { WebhookCase } from '../inputs/case.ts';
import { exchange } from './send-pieces.ts';
import type { Stage } from './stage.ts';

/** Calls of one piece of work, all attempts together. */
export const CALLS_PER_EPOCH_MAX = 4;
/** A turn has ended by then: four attempts of eight seconds, their backoffs and an open circuit breaker between them. */
export const TURN_LIMIT_MS = 150_000;
const CALL_LIMIT_MS = 30_000;
const POLL_EVERY_MS = 300;
/** Calls are counted for so long after the first that should not have been: once more is another fault than without end. */
const ENDLESS_MS = 3_000;
const SETTLED = new Set(['idle', 'failed']);
const WATCH_MS = 5_000;

/** A message to an agent that answers as the case has it; resolves when the turn has ended, or ought to have. */
export async function playWebhook(one: WebhookCase, stage: Stage): Promise<void> {
  const agentId = stage.nextAgent(one.agent);
  const { id: sessionId, user } = await stage.newSession(agentId);
  stage.agents.play(sessionId, one);
  try {
    await stage.api.append(sessionId, user, 'a question', CALL_LIMIT_MS);
    await Promise.all([
      ...(one.meanwhile ?? []).map(async ({ after_ms, act }) => {
        await pause(after_ms);
        await meanwhile(act, sessionId, user, stage);
      }),
      awaitEnd(one, sessionId, stage),
    ]);
  } finally {
    stage.agents.forget(sessionId);
  }
}

async function awaitEnd(one: WebhookCase, sessionId: string, stage: Stage): Promise<void> {
  const deadline = performance.now() + TURN_LIMIT_MS;
  const last = Math.max(0, ...(one.meanwhile ?? []).map(({ after_ms }) => after_ms));
  await pause(last + POLL_EVERY_MS);
  for (;;) {
    if (mostCalls(sessionId, stage) > CALLS_PER_EPOCH_MAX) {
      await pause(ENDLESS_MS);
      const calls = mostCalls(sessionId, stage);
      stage.findings.add(
        'endless-calls',
        `one epoch of ${sessionId} was called ${calls} times within ${ENDLESS_MS / 1000} s of the ${CALLS_PER_EPOCH_MAX + 1}th`,
        [one],
      );
      return;
    }
    const run = await stage.runs.of(sessionId);
    if (run !== null && SETTLED.has(run.status)) break;
    if (performance.now() > deadline) {
      stage.findings.add(
        'turn-not-ended',
        `${sessionId} is ${run?.status ?? 'not answered for'} after ${TURN_LIMIT_MS / 1000} s`,
        [one],
      );
      return;
    }
    await pause(POLL_EVERY_MS);
  }
  if (one.expect_termination !== undefined) await checkEnd(one, sessionId, stage);
}

function mostCalls(sessionId: string, stage: Stage): number {
  return Math.max(0, ...stage.agents.callsOf(sessionId).values());
}

/** How the reply ended, where the case says so. */
async function checkEnd(one: WebhookCase, sessionId: string, stage: Stage): Promise<void> {
  const page = await stage.api.tail(sessionId, CALL_LIMIT_MS);
  const reply = page.messages.findLast(({ kind }) => kind === 'assistant');
  const found = reply === undefined ? 'no reply' : String(reply.metadata.termination);
  if (found !== one.expect_termination)
    stage.findings.add(
      'wrong-end',
      `the reply ended as "${found}" instead of "${one.expect_termination}"`,
      [one],
    );
}

async function meanwhile(
  act: 'send' | 'stop' | 'watch',
  sessionId: string,
  user: string,
  stage: Stage,
): Promise<void> {
  switch (act) {
    case 'send':
      // An agent that does not take messages while it answers refuses it.
      await stage.api.call('POST', `/api/sessions/${sessionId}/messages`, {
        user_id: user,
        content: { text: 'one more thing' },
      });
      return;
    case 'stop':
      await stage.api.call('POST', `/api/sessions/${sessionId}/stop`);
      return;
    case 'watch': {
      const node = stage.nextNode();
      const token = await userToken(stage.credentials, user);
      await exchange({
        port: node.port,
        pieces: [
          {
            payload: `GET /api/sessions/${sessionId}/stream HTTP/1.1\r\nhost: {{host}}\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`,
          },
        ],
        variables: { host: `127.0.0.1:${node.port}` },
        holdMs: WATCH_MS,
      });
      return;
    }
    default:
      act satisfies never;
  }
}
