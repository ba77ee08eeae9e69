import { runSteps } from '../src/run-step.ts';
import { lint, regexps, unused } from '../src/steps.ts';

await runSteps([lint, unused, regexps]);
