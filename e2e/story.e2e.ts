import { expect, type Page, test } from '@playwright/test';
import pg from 'pg';
import {
  AGENT,
  answered,
  committed,
  composer,
  feed,
  line,
  numbers,
  send,
  signIn,
  startConversation,
  streaming,
} from './support/pages.ts';
import { type RunningSystem, removeData, startSystem } from './support/system.ts';

const PORT_BASE = 18_000;

test.describe.configure({ mode: 'serial' });

let system: RunningSystem;
let person: Page;
let sessionId: string;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  system = await startSystem({ portBase: PORT_BASE });
  person = await signIn(browser, system, 'demo');
});

test.afterAll(async () => {
  test.setTimeout(60_000);
  await system.interrupt();
  removeData(system);
});

test('a person signs in, asks the demo agent and reads the answer', async () => {
  await expect(person.getByText('No conversations yet')).toBeVisible();
  sessionId = await startConversation(person);
  await send(person, 'What happens when a node dies?');
  await committed(person, 'What happens when a node dies?');
  await answered(person);
  expect(await numbers(person)).toEqual([1, 2]);
  await expect(person.getByRole('article', { name: 'You, message 1' })).toBeVisible();
  await expect(person.getByRole('article', { name: `${AGENT}, message 2` })).toBeVisible();
  const entry = person.getByRole('list', { name: 'Conversations' }).getByRole('listitem').first();
  await expect(entry).toContainText(AGENT);
});

test('a second browser sees the same, live', async ({ browser }) => {
  const other = await signIn(browser, system, 'demo');
  await other.goto(`${system.webUrl}/inbox/${sessionId}`);
  await expect(line(other, 'What happens when a node dies?')).toBeVisible();
  await send(person, 'Hello from the first browser');
  await committed(other, 'Hello from the first browser');
  await answered(other);
  await answered(person);
  expect(await numbers(other)).toEqual(await numbers(person));
  await other.context().close();
});

test('an answer survives a reload in its middle', async () => {
  await send(person, 'tell me a long story');
  await expect(feed(person)).toHaveAttribute('aria-busy', 'true');
  const answer = streaming(person);
  await expect(answer).toContainText(/(\w+\W+){12}/);
  const before = (await answer.innerText()).split(/\s+/).slice(4, 12).join(' ');
  await person.reload();
  await expect(feed(person)).toHaveAttribute('aria-busy', 'true');
  await expect
    .poll(async () => (await streaming(person).innerText()).split(/\s+/).join(' '))
    .toContain(before);
  await answered(person);
  const seen = await numbers(person);
  expect(seen).toEqual(seen.map((_, at) => (seen[0] ?? 0) + at));
});

for (const victim of ['n1', 'n2', 'n3']) {
  test(`the conversation goes on when ${victim} is killed, without a reload`, async () => {
    await system.control('kill', victim);
    const text = `Still there without ${victim}?`;
    await send(person, text);
    await committed(person, text);
    await answered(person);
    await system.control('start', victim);
    await expect
      .poll(() => isReady(`${system.nodeUrls[Number(victim.slice(1)) - 1]}/health/ready`), {
        timeout: 30_000,
      })
      .toBe(true);
  });
}

test('chatting goes on without Postgres, and the archive catches up in order', async () => {
  await system.control('stop', 'postgres');
  for (const text of ['No database, one', 'No database, two', 'No database, three']) {
    await send(person, text);
    await committed(person, text);
    await answered(person);
  }
  await person.reload();
  await expect(line(person, 'No database, three')).toBeVisible();
  const last = (await numbers(person)).at(-1) ?? 0;
  expect(last).toBeGreaterThan(6);
  await system.control('start', 'postgres');
  await expect
    .poll(() => archived(system, sessionId), { timeout: 40_000 })
    .toEqual(Array.from({ length: last }, (_, at) => at + 1));
});

test('an agent that is down is no riddle: the person sees it and can try again', async () => {
  await system.control('stop', 'agent');
  await send(person, 'Are you there?');
  await committed(person, 'Are you there?');
  const notice = person.getByRole('alert').filter({ hasText: `${AGENT} did not answer` });
  await expect(notice).toBeVisible({ timeout: 60_000 });
  await system.control('start', 'agent');
  await expect.poll(() => isReady(`http://127.0.0.1:${PORT_BASE + 200}/health`)).toBe(true);
  await notice.getByRole('button', { name: 'Try again' }).click();
  await expect(notice).toBeHidden();
  await answered(person);
});

test('an answer can be stopped, and what was written stays', async () => {
  await send(person, 'tell me a long story');
  await expect(streaming(person)).toContainText(/(\w+\W+){12}/);
  await person.getByRole('button', { name: 'Stop' }).click();
  await answered(person);
  await expect(feed(person).getByText('Stopped')).toBeVisible();
  await expect(composer(person)).toBeFocused();
});

test('an answer that has not begun can be stopped too', async () => {
  const before = (await numbers(person)).at(-1) ?? 0;
  await send(person, 'be slow');
  await person.getByRole('button', { name: 'Stop' }).click();
  await answered(person);
  await send(person, 'Hello again');
  await answered(person);
  await expect.poll(() => numbers(person)).toContain(before + 3);
  await expect(feed(person).getByRole('article', { name: AGENT }).last()).toContainText(
    'Hello again',
  );
});

test('the admin sees three nodes and 256 groups, and a killed node as down', async ({
  browser,
}) => {
  const admin = await signIn(browser, system, 'admin');
  await admin.goto(`${system.webUrl}/admin`);
  const row = (node: string) =>
    admin.getByRole('row').filter({ has: admin.getByRole('rowheader', { name: node }) });
  for (const node of ['n1', 'n2', 'n3']) await expect(row(node)).toContainText('up');
  await expect(admin.getByText('256 / 256')).toBeVisible();
  await system.control('kill', 'n2');
  await expect(row('n2')).toContainText('down');
  await system.control('start', 'n2');
  await expect(row('n2')).toContainText('up', { timeout: 30_000 });
  await admin.context().close();
});

test('a user has no way into the admin area', async () => {
  await person.goto(`${system.webUrl}/admin`);
  await expect(person.getByRole('rowheader', { name: 'n1' })).toBeHidden();
  await person.goto(`${system.webUrl}/inbox/${sessionId}`);
});

test('Ctrl-C stops everything within 10 seconds, and the next start finds it all', async ({
  browser,
}) => {
  test.setTimeout(180_000);
  await expect(line(person, 'Are you there?').first()).toBeVisible();
  const before = (await numbers(person)).at(-1) ?? 0;
  const { code, seconds } = await system.interrupt();
  expect(code).toBe(0);
  expect(seconds).toBeLessThan(10);
  system = await startSystem({ portBase: PORT_BASE, dataDirectory: system.dataDirectory });
  const again = await signIn(browser, system, 'demo');
  await again.goto(`${system.webUrl}/inbox/${sessionId}`);
  await expect(line(again, 'Are you there?').first()).toBeVisible();
  await expect.poll(async () => (await numbers(again)).at(-1)).toBe(before);
  await send(again, 'And on it goes');
  await committed(again, 'And on it goes');
  await again.context().close();
});

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => null);
  await response?.body?.cancel();
  return response?.ok === true;
}

/** The numbers of a session's messages in Postgres, in order of arrival in the table's key; [] while it is away. */
async function archived(running: RunningSystem, session: string): Promise<readonly number[]> {
  const client = new pg.Client({
    connectionString: running.databaseUrl,
    connectionTimeoutMillis: 2000,
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ seq: number }>(
      'SELECT seq FROM messages WHERE session_id = $1 ORDER BY seq',
      [session],
    );
    return rows.map(({ seq }) => seq);
  } catch {
    // It is starting: the poll asks again.
    return [];
  } finally {
    await client.end().catch(() => undefined);
  }
}
