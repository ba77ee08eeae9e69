/** npm test: everything that a clean clone has to pass. TEST_TORTURE=0 leaves the three minutes of faults out. */
import { findOrInstallChromium } from '../src/browser.ts';
import { runSteps } from '../src/run-step.ts';
import {
  buildWeb,
  endToEndTests,
  generate,
  integrationTests,
  lint,
  tortureSmoke,
  typecheckSteps,
  unitTests,
} from '../src/steps.ts';

const withTorture = process.env.TEST_TORTURE !== '0';
if (!withTorture)
  process.stdout.write('!! TEST_TORTURE=0: no faults are made, no history is checked\n');
const chromium = findOrInstallChromium();
await runSteps([
  generate,
  lint,
  ...typecheckSteps,
  unitTests(),
  integrationTests(),
  ...(withTorture ? [tortureSmoke] : []),
  buildWeb,
  endToEndTests(chromium),
]);
