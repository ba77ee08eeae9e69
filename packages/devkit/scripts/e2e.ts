/** The end-to-end tests: the whole system in a real browser. Arguments go to Playwright. */
import { findOrInstallChromium } from '../src/browser.ts';
import { runSteps } from '../src/run-step.ts';
import { buildWeb, endToEndTests } from '../src/steps.ts';

await runSteps([buildWeb, endToEndTests(findOrInstallChromium(), process.argv.slice(2))]);
