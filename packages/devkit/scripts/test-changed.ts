/** npm run test:changed [-- --since <commit>]: lint, types, and the tests that the changes can reach. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../src/repository.ts';
import { runSteps } from '../src/run-step.ts';
import { changedTests, generate, lint, typecheckSteps } from '../src/steps.ts';

const { values } = parseArgs({
  options: { since: { type: 'string' }, integration: { type: 'boolean' } },
});

/** Where this branch left main; on main itself, what is not committed. */
function branchPoint(): string {
  const { status, stdout } = spawnSync('git', ['merge-base', 'HEAD', 'main'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : 'HEAD';
}

const since = values.since ?? branchPoint();
await runSteps([
  generate,
  lint,
  ...typecheckSteps,
  changedTests(since, values.integration === true),
]);
