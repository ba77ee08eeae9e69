import { runSteps } from '../src/run-step.ts';
import { format, generate, typecheckSteps, unitTests } from '../src/steps.ts';

await runSteps([generate, format, ...typecheckSteps, unitTests()]);
