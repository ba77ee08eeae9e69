import { runSteps } from '../src/run-step.ts';
import { format } from '../src/steps.ts';

await runSteps([format]);
