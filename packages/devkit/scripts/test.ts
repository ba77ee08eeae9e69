/** npm test: everything that a clean clone has to pass. TEST_TORTURE=1 adds three minutes of faults. */
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

const chromium = findOrInstallChromium();
await runSteps([
  generate,
  lint,
  ...typecheckSteps,
  unitTests(),
  integrationTests(),
  ...(process.env.TEST_TORTURE === '1' ? [tortureSmoke] : []),
  buildWeb,
  endToEndTests(chromium),
]);
