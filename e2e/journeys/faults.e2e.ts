import { expect, type Page } from '@playwright/test';
import pg from 'pg';
import { addAccount, openAs } from '../support/accounts.ts';
import { test } from '../support/journey.ts';
import {
  AGENT,
  answered,
  committed,
  composer,
  conversation,
  feed,
  line,
  numbers,
  send,
  startConversation,
  streaming,
} from '../support/pages.ts';
import { RAFT_GROUPS_FEW, type RunningSystem, removeData, startSystem } from '../support/system.ts';

/** A conversation survives what breaks around it. Each journey mends what it broke. */

const QUESTION = 'What happens when a node dies?';

test('a person asks the demo agent and reads the answer; a second browser sees the same, live', async ({
  browser,
  system,
  account,
  person,
}) => {
  await expect(person.getByText('No conversations yet')).toBeVisible();
  const sessionId = await conversation(person, QUESTION);
  expect(await numbers(person)).toEqual([1, 2]);
  await expect(person.getByRole('article', { name: 'You, message 1' })).toBeVisible();
  await expect(person.getByRole('article', { name: `${AGENT}, message 2` })).toBeVisible();
  const entry = person.getByRole('list', { name: 'Conversations' }).getByRole('listitem').first();
  await expect(entry).toContainText(AGENT);
  const other = await openAs(browser, system, account);
  await other.goto(`${system.webUrl}/inbox/${sessionId}`);
  await expect(line(other, QUESTION)).toBeVisible();
  await send(person, 'Hello from the first browser');
  await committed(other, 'Hello from the first browser');
  await answered(other);
  await answered(person);
  await expect.poll(() => numbers(other)).toEqual(await numbers(person));
  await other.context().close();
});

test('an answer survives a reload in its middle', async ({ person }) => {
  await startConversation(person);
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
  expect(await numbers(person)).toEqual([1, 2]);
});

for (const victim of ['n1', 'n2', 'n3']) {
  test(`the conversation goes on when ${victim} is killed, without a reload`, async ({
    person,
    faults,
  }) => {
    await conversation(person, QUESTION);
    await faults.break('kill', victim);
    const text = `Still there without ${victim}?`;
    await send(person, text);
    await committed(person, text);
    await answered(person);
  });
}

test('chatting goes on without Postgres, and the archive catches up in order', async ({
  person,
  system,
  faults,
}) => {
  const sessionId = await conversation(person, QUESTION);
  await faults.break('stop', 'postgres');
  for (const text of ['No database, one', 'No database, two', 'No database, three']) {
    await send(person, text);
    await committed(person, text);
    await answered(person);
  }
  await person.reload();
  await expect(line(person, 'No database, three')).toBeVisible();
  const last = (await numbers(person)).at(-1) ?? 0;
  expect(last).toBeGreaterThan(6);
  await faults.mend('postgres');
  await expect
    .poll(() => archived(system, sessionId), { timeout: 40_000 })
    .toEqual(Array.from({ length: last }, (_, at) => at + 1));
});

test('an agent that is down is no riddle: the person sees it and can try again', async ({
  person,
  faults,
}) => {
  await startConversation(person);
  await faults.break('stop', 'agent');
  await send(person, 'Are you there?');
  await committed(person, 'Are you there?');
  const notice = person.getByRole('alert').filter({ hasText: `${AGENT} did not answer` });
  await expect(notice).toBeVisible({ timeout: 60_000 });
  await faults.mend('agent');
  await notice.getByRole('button', { name: 'Try again' }).click();
  await expect(notice).toBeHidden();
  await answered(person);
});

test('an answer can be stopped, and what was written stays', async ({ person }) => {
  await startConversation(person);
  await send(person, 'tell me a long story');
  await expect(streaming(person)).toContainText(/(\w+\W+){12}/);
  await person.getByRole('button', { name: 'Stop' }).click();
  await answered(person);
  await expect(feed(person).getByText('Stopped')).toBeVisible();
  await expect(composer(person)).toBeFocused();
});

test('an answer that has not begun can be stopped too', async ({ person }) => {
  await startConversation(person);
  await send(person, 'be slow');
  await person.getByRole('button', { name: 'Stop' }).click();
  await answered(person);
  await send(person, 'Hello again');
  await answered(person);
  await expect.poll(() => numbers(person)).toContain(3);
  await expect(feed(person).getByRole('article', { name: AGENT }).last()).toContainText(
    'Hello again',
  );
});

test('the admin sees three nodes and all groups, and a killed node as down', async ({
  admin,
  system,
  faults,
}) => {
  await admin.goto(`${system.webUrl}/admin`);
  const row = (node: string) =>
    admin.getByRole('row').filter({ has: admin.getByRole('rowheader', { name: node }) });
  for (const node of ['n1', 'n2', 'n3']) await expect(row(node)).toContainText('up');
  const { groups = 256 } = system;
  await expect(admin.getByText(`${groups} / ${groups}`)).toBeVisible();
  await faults.break('kill', 'n2');
  await expect(row('n2')).toContainText('down');
  await faults.mend('n2');
  await expect(row('n2')).toContainText('up', { timeout: 30_000 });
});

test('a user has no way into the admin area', async ({ person, system }) => {
  await person.goto(`${system.webUrl}/admin`);
  await expect(person.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  await expect(person.getByRole('rowheader', { name: 'n1' })).toBeHidden();
});

test('Ctrl-C stops everything within 10 seconds, and the next start finds it all', async ({
  browser,
}) => {
  test.setTimeout(600_000);
  // Of its own: the shared one goes on.
  const first = await startSystem({ groups: RAFT_GROUPS_FEW });
  let running: RunningSystem | null = first;
  try {
    const account = await addAccount(first, 'user');
    const page = await openAs(browser, first, account);
    const sessionId = await conversation(page, QUESTION);
    const { code, seconds } = await first.interrupt();
    running = null;
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(10);
    const second = await startSystem(first);
    running = second;
    await expectTheSame(await openAs(browser, second, account), second, sessionId);
  } finally {
    await running?.interrupt();
    removeData(first);
  }
});

async function expectTheSame(page: Page, { webUrl }: RunningSystem, id: string): Promise<void> {
  await page.goto(`${webUrl}/inbox/${id}`);
  await expect(line(page, QUESTION).first()).toBeVisible();
  await expect.poll(() => numbers(page)).toEqual([1, 2]);
  await send(page, 'And on it goes');
  await committed(page, 'And on it goes');
  await page.context().close();
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
