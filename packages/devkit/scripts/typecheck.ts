import { runSteps } from '../src/run-step.ts';
import { generate, typecheckSteps } from '../src/steps.ts';

await runSteps([generate, ...typecheckSteps]);
