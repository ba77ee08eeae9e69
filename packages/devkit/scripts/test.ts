/** npm test: everything that a clean clone has to pass. */
import { findOrInstallChromium } from '../src/browser.ts';
import { runSteps } from '../src/run-step.ts';
import {
  buildWeb,
  endToEndTests,
  generate,
  integrationTests,
  lint,
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
  buildWeb,
  endToEndTests(chromium),
]);
