import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LANE_OUTPUT_BYTES_MAX, runLanes, type Step } from './run-step.ts';

let directory: string;
let printed: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fleetlm-lanes-'));
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

const step = (title: string, program: string): Step => ({
  title,
  command: [process.execPath, '--eval', program],
});
const file = (name: string): string => JSON.stringify(join(directory, name));
const make = (name: string): string => `require('node:fs').writeFileSync(${file(name)}, '');`;
/** Ends once the file is there. */
const awaitFile = (name: string): string =>
  `setInterval(() => { if (require('node:fs').existsSync(${file(name)})) process.exit(0); }, 10);`;

test('lanes run side by side, the steps of one lane in order', async () => {
  const succeeded = await runLanes({
    lanes: [
      [step('waits for the other lane', awaitFile('second'))],
      [step('first', make('first')), step('second', `${awaitFile('first')} ${make('second')}`)],
    ],
  });
  expect(succeeded).toBe(true);
  expect(printed).toMatch(/ok: first [\s\S]*ok: second /);
});

test('what a lane prints beside the first one is shown in one piece, with its end where it is too long', async () => {
  const program = `process.stdout.write('x'.repeat(${LANE_OUTPUT_BYTES_MAX})); console.error('why it failed');`;
  await runLanes({ lanes: [[], [step('talks', program)]] });
  expect(printed).toContain('> talks\nx');
  expect(printed).toMatch(/xwhy it failed\nok: talks/);
  expect(printed.length).toBeLessThan(LANE_OUTPUT_BYTES_MAX + 200);
});

test('the first failure ends what runs beside it, and nothing is begun after it', async () => {
  const succeeded = await runLanes({
    lanes: [
      [step('never ends', 'setInterval(() => {}, 1000)'), step('after it', make('after it'))],
      [step('fails', 'process.exit(3)'), step('after the failure', make('after the failure'))],
    ],
  });
  expect(succeeded).toBe(false);
  expect(printed).toContain('FAILED: fails');
  expect(printed).toContain('FAILED: never ends');
  for (const name of ['after it', 'after the failure'])
    expect(existsSync(join(directory, name))).toBe(false);
});

test.each([
  ['is ended with the other lane', 'setInterval(() => {}, 1000)', 'process.exit(3)'],
  ['is left behind', 'process.exit(0)', ''],
])('what a step has started ends with it: it %s', async (_, then, beside) => {
  const started = join(directory, 'started');
  const starts = `
    const { pid } = require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' });
    require('node:fs').writeFileSync(${file('started.new')}, String(pid));
    require('node:fs').renameSync(${file('started.new')}, ${file('started')});`;
  const fails = `setInterval(() => { if (require('node:fs').existsSync(${file('started')})) { ${beside} } }, 10);`;
  const second = beside === '' ? [] : [step('fails', fails)];
  await runLanes({ lanes: [[step('starts another', `${starts} ${then}`)], second] });
  const pid = Number(readFileSync(started, 'utf8'));
  await expect.poll(() => isRunning(pid)).toBe(false);
});

/** One that has ended, and that init has not taken away yet, runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
