import { runSteps } from '../src/run-step.ts';
import { generate, reference } from '../src/steps.ts';

await runSteps([generate, reference]);
