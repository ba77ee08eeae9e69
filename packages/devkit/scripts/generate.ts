import { runSteps } from '../src/run-step.ts';
import { generate } from '../src/steps.ts';

await runSteps([generate]);
