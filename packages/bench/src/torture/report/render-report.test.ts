import { expect, test } from 'vitest';
import { checkRun } from '../checker/check-run.ts';
import { goodRun } from '../checker/testing/good-run.ts';
import { parseTortureOptions } from '../options.ts';
import { reasonsInvalid } from '../validity.ts';
import { renderReport } from './render-report.ts';
import { summarise } from './summary.ts';

function summaryOf(
  change: (run: ReturnType<typeof goodRun>) => void = () => undefined,
  args: readonly string[] = ['--seed', '3', '--minutes', '1'],
) {
  const record = goodRun(3);
  change(record);
  return summarise({
    options: parseTortureOptions(args),
    record,
    verdicts: checkRun(record),
    invalid: reasonsInvalid({
      sessionIds: record.sessionIds,
      appends: record.appends,
      faults: record.faults,
      ratePerSecond: 100,
      seconds: 1,
      wantedKinds: [],
    }),
    shim: { available: false, why: 'there is no C compiler' },
    loadStartMs: 0,
    loadSeconds: 1,
    attempts: 200,
    refusals: [['no_quorum', 4]],
    skipped: 0,
    rigStallMs: 1,
  });
}

test('a run in which everything held says so, with the command that repeats it, and what was left out', () => {
  const summary = summaryOf();
  expect(summary).toMatchObject({ outcome: 'held', exitCode: 0 });
  const page = renderReport(summary);
  expect(page).toContain('Everything held');
  expect(page).toContain('npm run torture -- --minutes 1 --seed 3');
  expect(page).toContain('there is no C compiler');
  expect(page).toContain('<svg');
});

test('the page needs nothing from outside', () => {
  expect(renderReport(summaryOf())).not.toMatch(/(src|href)=|url\(|@import/);
});

test('what nodes and networks say is text, never markup', () => {
  const summary = summaryOf((run) => {
    run.unexpectedEnds.push({ node: 'n1', atMs: 1, detail: '<script>alert(1)</script>' });
  });
  expect(renderReport(summary)).not.toContain('<script>');
});

test('a violation counts for more than a run that proves nothing', () => {
  const summary = summaryOf((run) => {
    run.faults = run.faults.map((fault) => ({ ...fault, effective: false }));
    run.answers = [];
  });
  expect(summary).toMatchObject({ outcome: 'violated', exitCode: 1 });
  expect(summary.invalid).toHaveLength(1);
});

test('a fault without an effect, or too few acknowledgements, make a run that proves nothing', () => {
  const summary = summaryOf((run) => {
    run.faults = run.faults.map((fault) => ({ ...fault, effective: false }));
  });
  expect(summary).toMatchObject({ outcome: 'invalid', exitCode: 2 });
  const masked = summaryOf((run) => {
    const [fault] = run.faults;
    if (fault !== undefined)
      run.faults.push({ ...fault, startMs: 800, healedMs: 900 }, { ...fault, effective: false });
  });
  expect(masked).toMatchObject({ outcome: 'held', invalid: [] });
  const few = reasonsInvalid({
    sessionIds: ['00-A'],
    appends: [],
    faults: goodRun(1).faults,
    ratePerSecond: 100,
    seconds: 10,
    wantedKinds: ['node-drain'],
  });
  expect(few).toHaveLength(3);
  expect(few).toContain('there was no time for node-drain');
});

test('the command that repeats a run names its faults when they are not all, and a smoke by its name', () => {
  const replay = (args: readonly string[]): string =>
    summaryOf(() => undefined, ['--seed', '3', ...args]).replay;
  expect(replay(['--only', 'node-wipe,kill-one'])).toContain('--only node-wipe,kill-one --seed 3');
  expect(replay(['--smoke'])).toContain('npm run torture -- --smoke --seed 3');
});
