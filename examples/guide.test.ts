import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signWebhook } from '@fleetlm/agent';
import { examineAgent } from '@fleetlm/agent/doctor';
import { freePort } from '@fleetlm/database/free-ports';
import { afterEach, expect, test } from 'vitest';
import { type RunningExample, startProgram } from './start-example.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ROOT = join(import.meta.dirname, '..');

const directory = mkdtempSync(join(tmpdir(), 'fleetlm-guide-'));
symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));

let running: RunningExample | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

/** Starts the one program of a page of the guide, word for word. */
async function startPage(page: string): Promise<string> {
  const text = readFileSync(join(ROOT, 'docs/guide', page), 'utf8');
  const [program, ...others] = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, js]) => js);
  if (program === undefined || others.length > 0)
    throw new Error(`${page} should have one program`);
  const file = join(directory, page.replace('.md', '.mjs'));
  writeFileSync(file, program);
  running = await startProgram([process.execPath, file], directory, SECRET, await freePort());
  return running.url;
}

test.each(['first-agent.md', 'streaming.md', 'retries-and-idempotency.md', 'approvals.md'])(
  'the program of %s is an agent',
  async (page) => {
    const report = await examineAgent({ url: await startPage(page), secret: SECRET });
    expect(report.findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  },
  30_000,
);

const SESSION_ID = '7f-01J00000000000000000000000';

/** Calls the agent with these messages and returns the chunks of its answer. */
async function call(
  url: string,
  messages: readonly {
    readonly role: 'user' | 'assistant';
    readonly parts: readonly object[];
    readonly content: object;
  }[],
  attempt = 1,
): Promise<readonly Record<string, unknown>[]> {
  const body = JSON.stringify({
    id: SESSION_ID,
    session_id: SESSION_ID,
    agent_id: 'a',
    user_id: 'alice',
    trigger: 'submit-message',
    epoch: 1,
    attempt,
    messages: messages.map((message, at) => ({
      ...message,
      id: `01970000-0000-7000-8000-${String(at).padStart(12, '0')}`,
      seq: at + 1,
      sender_id: message.role === 'user' ? 'alice' : 'a',
      kind: message.role === 'user' ? 'text' : 'assistant',
      metadata: {},
      inserted_at: '2026-11-23T12:00:00.000Z',
    })),
  });
  const headers = signWebhook({ secret: SECRET, id: `${SESSION_ID}:1`, body });
  const response = await fetch(url, { method: 'POST', body, headers });
  return (await response.text())
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice('data: '.length)));
}

const userMessage = (text: string) =>
  ({ role: 'user', parts: [{ type: 'text', text }], content: { text } }) as const;

test('the agent of the page about retries books once, however often it is called', async () => {
  const url = await startPage('retries-and-idempotency.md');
  const answers = [
    await call(url, [userMessage('Book it.')], 1),
    await call(url, [userMessage('Book it.')], 2),
  ];
  for (const chunks of answers)
    expect(chunks).toContainEqual(expect.objectContaining({ delta: 'Booked, number 1.' }));
});

test('the agent of the page about approvals sends only after a yes, and only what it asked for', async () => {
  const url = await startPage('approvals.md');
  const asked = await call(url, [userMessage('Hi Bob')]);
  const request = asked.find(({ type }) => type === 'tool-approval-request');
  const input = asked.find(({ type }) => type === 'tool-input-available')?.input;
  expect(input).toEqual({ to: 'bob@example.org', text: 'Hi Bob' });
  const { toolCallId, approvalId } = request ?? {};
  const decide = (approved: boolean) => {
    const approval = { id: approvalId, approved };
    const state = 'approval-responded';
    const parts = [{ type: 'tool-sendMail', toolCallId, state, input, approval }];
    return call(url, [userMessage('Hi Bob'), { role: 'assistant', parts, content: { parts } }]);
  };
  expect(await decide(true)).toContainEqual({
    type: 'tool-output-available',
    toolCallId,
    output: { sent: true, to: 'bob@example.org' },
  });
  const denied = await decide(false);
  expect(denied).toContainEqual({ type: 'tool-output-denied', toolCallId });
  expect(denied.map(({ type }) => type)).not.toContain('tool-output-available');
});
