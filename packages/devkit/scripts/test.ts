import { runSteps } from '../src/run-step.ts';
import { generate, integrationTests, lint, typecheckSteps, unitTests } from '../src/steps.ts';

await runSteps([generate, lint, ...typecheckSteps, unitTests(), integrationTests()]);
