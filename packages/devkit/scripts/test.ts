/** npm test: everything that a clean clone has to pass. TEST_TORTURE=0 leaves the faults out. */
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
const sayItIsLeftOut = (): void => {
  process.stdout.write('\n!! NO TORTURE: TEST_TORTURE=0 leaves out the smoke of faults.\n');
};
if (!withTorture) {
  sayItIsLeftOut();
  process.on('exit', sayItIsLeftOut);
}
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
