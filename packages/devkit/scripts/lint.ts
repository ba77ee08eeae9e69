import { runSteps } from '../src/run-step.ts';
import { lint, regexps } from '../src/steps.ts';

await runSteps([lint, regexps]);
