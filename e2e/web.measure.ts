import { expect, type Page, test } from '@playwright/test';
import {
  measureBusy,
  measureInteraction,
  measureLoad,
  measureScroll,
  SLOW_PROCESSOR,
} from './support/measure-page.ts';
import {
  AGENT,
  answered,
  committed,
  composer,
  feed,
  send,
  signIn,
  startConversation,
} from './support/pages.ts';
import { type RunningSystem, removeData, startSystem } from './support/system.ts';

const MESSAGES = 10_000;
const AT_ONCE = 40;
const KIB = 1_024;

test.describe.configure({ mode: 'serial' });

let system: RunningSystem;
const table: {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly ok: boolean;
}[] = [];

function note(what: string, target: string, measured: string, ok: boolean): void {
  table.push({ what, target, measured, ok });
}

test.beforeAll(async () => {
  test.setTimeout(300_000);
  system = await startSystem();
});

test.afterAll(async () => {
  test.setTimeout(60_000);
  const width = (key: 'what' | 'target' | 'measured') =>
    Math.max(...table.map((row) => row[key].length));
  for (const row of table)
    process.stdout.write(
      `${row.ok ? 'ok ' : '!  '} ${row.what.padEnd(width('what'))}  ${row.target.padEnd(width('target'))}  ${row.measured}\n`,
    );
  await system.interrupt();
  removeData(system);
});

test('pages load', async ({ browser }) => {
  const pages = [
    { name: 'sign-in', path: '/login', as: null, kib: 170 },
    { name: 'inbox', path: '/inbox', as: 'demo', kib: 280 },
    { name: 'agents', path: '/agents', as: 'admin', kib: 300 },
    { name: 'cluster', path: '/admin', as: 'admin', kib: 300 },
    { name: 'groups', path: '/admin/groups', as: 'admin', kib: 300 },
  ] as const;
  for (const { name, path, as, kib } of pages) {
    const page = as === null ? await browser.newPage() : await signIn(browser, system, as);
    const { lcpMs, cls, scriptBytes } = await measureLoad(page, system.webUrl + path);
    const size = scriptBytes / KIB;
    note(
      `${name}: scripts of the first load`,
      `<= ${kib} KiB`,
      `${size.toFixed(0)} KiB`,
      size <= kib,
    );
    note(`${name}: LCP`, '<= 800 ms', `${lcpMs.toFixed(0)} ms`, lcpMs <= 800);
    note(`${name}: CLS`, '<= 0.05', cls.toFixed(3), cls <= 0.05);
    const slow = (await measureLoad(page, system.webUrl + path, true)).lcpMs;
    note(`${name}: LCP, slow`, '<= 1800 ms', `${slow.toFixed(0)} ms`, slow <= 1_800);
    await page.context().close();
  }
});

test('people act', async ({ browser }) => {
  const page = await signIn(browser, system, 'demo');
  const opened = await measureInteraction(page, async () => {
    await startConversation(page);
  });
  interaction('open a conversation', opened);
  const sent = await measureInteraction(page, async () => {
    await send(page, 'calculate 6 * 7');
    await committed(page, 'calculate 6 * 7');
  });
  interaction('send', sent);
  await answered(page);
  await send(page, 'tell me a long story');
  await expect(feed(page)).toHaveAttribute('aria-busy', 'true');
  const typed = await measureInteraction(page, () =>
    composer(page).pressSequentially('typing meanwhile', { delay: 30 }),
  );
  note('type while an answer is written', '<= 50 ms', `${typed} ms`, typed <= 50);
  const busy = await measureBusy(page, () => answered(page));
  const perSecond = (ms: number): string => `${(ms / busy.seconds).toFixed(0)} ms`;
  note(
    'main thread while an answer is written',
    '< 5 %',
    `${(busy.share * 100).toFixed(1)} % (a second: scripts ${perSecond(busy.scriptMs)}, layout ${perSecond(busy.layoutMs)})`,
    busy.share < 0.05,
  );
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', SLOW_PROCESSOR);
  await send(page, 'tell me a long story');
  await expect(feed(page)).toHaveAttribute('aria-busy', 'true');
  const slow = await measureBusy(page, () => answered(page));
  const share = `${(slow.share * 100).toFixed(1)} %`;
  note('the same, processor at a quarter', '< 20 %', share, slow.share < 0.2);
  await page.context().close();
  const admin = await signIn(browser, system, 'admin');
  await admin.goto(`${system.webUrl}/admin/groups`);
  await expect(admin.locator('[data-cell="255"]')).toBeVisible();
  interaction(
    'open a group',
    await measureInteraction(admin, () => admin.locator('[data-cell="17"]').click()),
  );
  await admin.keyboard.press('v');
  const sort = admin.getByRole('button', { name: 'Committed' });
  interaction('sort the table of groups', await measureInteraction(admin, () => sort.click()));
  await admin.context().close();
});

test('operators watch', async ({ browser }) => {
  const page = await signIn(browser, system, 'admin');
  for (const [name, path] of [
    ['overview with 6 charts', '/admin'],
    ['256 groups x 3', '/admin/groups'],
  ] as const) {
    await page.goto(system.webUrl + path);
    await expect(page.getByText(/Live · reported by/)).toBeVisible();
    const busy = await measureBusy(page, () => page.waitForTimeout(15_000));
    const perTick = busy.scriptMs / busy.seconds;
    note(`${name}: script a second`, '<= 8 ms', `${perTick.toFixed(1)} ms`, perTick <= 8);
  }
  await page.context().close();
});

test('a conversation of ten thousand messages is scrolled', async ({ browser }) => {
  const page = await signIn(browser, system, 'demo');
  const session = await startConversation(page);
  await fill(session);
  await page.goto(`${system.webUrl}/inbox/${session}`);
  await expect(feed(page).getByText(`#${MESSAGES}`)).toBeVisible();
  const before = await heapOf(page);
  const up = await measureScroll(page, '[role=feed]', -6_000, 10);
  const down = await measureScroll(page, '[role=feed]', 6_000, 10);
  const smooth = Math.min(up.smooth, down.smooth);
  const longest = Math.max(up.longestFrameMs, down.longestFrameMs);
  const rows = Math.max(up.rowsMax, down.rowsMax);
  const grown = ((await heapOf(page)) - before) / KIB / KIB;
  note(
    'scroll 10,000 messages: frames in time',
    '>= 95 %',
    `${(smooth * 100).toFixed(1)} %`,
    smooth >= 0.95,
  );
  note(
    'scroll 10,000 messages: longest frame',
    '<= 50 ms',
    `${longest.toFixed(0)} ms`,
    longest <= 50,
  );
  note('scroll 10,000 messages: rows in the page', '< 80', String(rows), rows < 80);
  note('scroll 10,000 messages: heap', '< +60 MB', `+${grown.toFixed(0)} MB`, grown < 60);
});

function interaction(what: string, ms: number): void {
  note(`${what}: input to paint`, '<= 100 ms', `${ms} ms`, ms <= 100);
}

async function heapOf(page: Page): Promise<number> {
  return (await measureBusy(page, () => Promise.resolve())).heapBytes;
}

/** The agent speaks by itself, so that no user answers. */
async function fill(session: string): Promise<void> {
  const agents = await call('/api/agents');
  const agent = agents.agents.find(({ name }: { name: string }) => name === AGENT);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < MESSAGES) {
      next += 1;
      const text = `Message ${next}: ${'the quick brown fox jumps over the lazy dog. '.repeat((next % 12) + 1)}`;
      await call(`/api/sessions/${session}/messages`, { agent_id: agent.id, content: { text } });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function call(path: string, body?: unknown) {
  const response = await fetch(`${system.nodeUrls[0]}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${system.secrets.apiKey}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
