/** npm run measure: the web app against its targets, as a table. Arguments go to Playwright. */
import { findOrInstallChromium } from '../src/browser.ts';
import { runSteps } from '../src/run-step.ts';
import { buildWeb, measurements } from '../src/steps.ts';

await runSteps([buildWeb, measurements(findOrInstallChromium(), process.argv.slice(2))]);
