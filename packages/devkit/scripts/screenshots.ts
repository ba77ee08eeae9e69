/** npm run screenshots: takes the pictures of docs/guide/images from the running product. */
import { findOrInstallChromium } from '../src/browser.ts';
import { runSteps } from '../src/run-step.ts';
import { buildWeb, screenshots } from '../src/steps.ts';

await runSteps([buildWeb, screenshots(findOrInstallChromium())]);
