import { runSteps } from '../src/run-step.ts';
import { lint } from '../src/steps.ts';

await runSteps([lint]);
