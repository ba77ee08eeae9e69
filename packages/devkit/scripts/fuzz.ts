/** npm run fuzz: docs/operate/fuzzing.md */
import { join } from 'node:path';
import { FUZZ_USAGE, parseFuzzOptions, runFuzz } from '@fleetlm/bench';
import { repositoryRoot } from '../src/repository.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(`${FUZZ_USAGE}\n`);
  process.exit(0);
}

/** Beside the minutes of drawn inputs; what takes longer hangs. */
const SMOKE_LIMIT_MS = 420_000;

try {
  const options = parseFuzzOptions(process.argv.slice(2));
  if (options.isSmoke)
    setTimeout(
      () => {
        process.stderr.write(`!! the smoke (seed ${options.seed}) takes too long: broken off\n`);
        // The run saves what it found, ends its nodes and Postgres, and the process with a code other than 0.
        process.kill(process.pid, 'SIGTERM');
      },
      SMOKE_LIMIT_MS + options.minutes * 60_000,
    ).unref();
  const report = await runFuzz(options, join(repositoryRoot, 'apps/cluster-node/src/main.ts'));
  for (const { kind, detail, count, input, files } of report.findings)
    process.stdout.write(
      `${kind} (${count} times): ${detail}\n  ${input ?? 'no single input'}\n${files.map((file) => `  npm run fuzz -- --replay ${file}\n`).join('')}`,
    );
  process.stdout.write(`${JSON.stringify({ ...report, findings: report.findings.length })}\n`);
  process.exit(report.outcome === 'found' ? 1 : 0);
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(2);
}
