import { runSteps } from '../src/run-step.ts';
import { generate, unitTests } from '../src/steps.ts';

await runSteps([generate, unitTests(process.argv.slice(2))]);
