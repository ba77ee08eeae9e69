import { runSteps } from '../src/run-step.ts';
import { generate, integrationTests } from '../src/steps.ts';

await runSteps([generate, integrationTests(process.argv.slice(2))]);
