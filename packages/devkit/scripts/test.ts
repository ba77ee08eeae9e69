/**
 * npm test: everything that a clean clone has to pass. TEST_TORTURE=0 leaves the faults out, TEST_FUZZ=0 the hostile
 * input; TEST_FUZZ_MINUTES=5 draws inputs for longer.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOrInstallChromium } from '../src/browser.ts';
import { runSteps } from '../src/run-step.ts';
import {
  endToEndTests,
  fuzzSmoke,
  generate,
  integrationTests,
  lint,
  tortureSmoke,
  typecheckSteps,
  unitTests,
  unused,
  webArtefact,
} from '../src/steps.ts';
import { describeSlowest, readTestTimes, TEST_TIMES_FILE } from '../src/test-times/test-times.ts';

const withTorture = process.env.TEST_TORTURE !== '0';
const withFuzz = process.env.TEST_FUZZ !== '0';
const sayItIsLeftOut = (what: string): void => {
  process.stdout.write(`\n!! ${what}\n`);
  process.once('exit', () => process.stdout.write(`\n!! ${what}\n`));
};
if (!withTorture) sayItIsLeftOut('NO TORTURE: TEST_TORTURE=0 leaves out the smoke of faults.');
if (!withFuzz) sayItIsLeftOut('NO FUZZ: TEST_FUZZ=0 leaves out the smoke of hostile input.');
const times = mkdtempSync(join(tmpdir(), 'fleetlm-test-times-'));
process.env[TEST_TIMES_FILE] = join(times, 'times');
process.on('exit', () => {
  process.stdout.write(`\n${describeSlowest(readTestTimes(join(times, 'times')))}`);
  rmSync(times, { recursive: true, force: true });
});

const chromium = findOrInstallChromium();
await runSteps([
  generate,
  // Before what takes minutes.
  { lanes: [[lint, unused], typecheckSteps] },
  {
    // One lane computes, the other waits for processes most of the time.
    lanes: [
      [unitTests(), webArtefact, ...(withFuzz ? [fuzzSmoke(process.env.TEST_FUZZ_MINUTES)] : [])],
      [...(withTorture ? [tortureSmoke] : []), integrationTests()],
    ],
  },
  endToEndTests(chromium),
]);
