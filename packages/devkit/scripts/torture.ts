import { join } from 'node:path';
import { measure, parseTortureOptions, runTorture, TORTURE_USAGE } from '@fleetlm/bench';
import { repositoryRoot } from '../src/repository.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(`${TORTURE_USAGE}\n`);
  process.exit(0);
}

/** All in, beside the unit tests; what takes longer hangs. */
const SMOKE_LIMIT_MS = 900_000;

const NODE_MAIN = join(repositoryRoot, 'apps/cluster-node/src/main.ts');

try {
  const options = parseTortureOptions(process.argv.slice(2));
  if (options.measure !== null) {
    const report = await measure(options.measure, options, NODE_MAIN);
    process.stdout.write(`${JSON.stringify(report)}\n`);
    process.exit(report.lost + report.duplicated === 0 ? 0 : 1);
  }
  if (options.isSmoke)
    setTimeout(() => {
      process.stderr.write(
        `!! the smoke (seed ${options.seed}) took longer than ${SMOKE_LIMIT_MS / 1000} s: broken off\n`,
      );
      // The run ends its nodes and Postgres on this signal, and the process with a code other than 0.
      process.kill(process.pid, 'SIGTERM');
    }, SMOKE_LIMIT_MS).unref();
  const summary = await runTorture(options, NODE_MAIN);
  for (const { id, violations, described } of summary.verdicts)
    if (violations > 0)
      process.stdout.write(`${id}: ${violations} violations\n  ${described.join('\n  ')}\n`);
  for (const reason of summary.invalid) process.stdout.write(`invalid: ${reason}\n`);
  const { outcome, seed, figures } = summary;
  process.stdout.write(`${JSON.stringify({ outcome, seed, ...figures })}\n`);
  process.stdout.write(`${summary.replay}\n`);
  process.exit(summary.exitCode);
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(2);
}
