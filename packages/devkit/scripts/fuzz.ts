/** npm run fuzz: docs/operate/fuzzing.md */
import { join } from 'node:path';
import { FUZZ_USAGE, parseFuzzOptions, runFuzz } from '@fleetlm/bench';
import { repositoryRoot } from '../src/repository.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(`${FUZZ_USAGE}\n`);
  process.exit(0);
}

try {
  const options = parseFuzzOptions(process.argv.slice(2));
  const report = await runFuzz(options, join(repositoryRoot, 'apps/cluster-node/src/main.ts'));
  for (const { kind, detail, count, input, files } of report.findings)
    process.stdout.write(
      `${kind} (${count} times): ${detail}\n  ${input ?? 'no single input'}\n${files.map((file) => `  npm run fuzz -- --replay ${file}\n`).join('')}`,
    );
  process.stdout.write(`${JSON.stringify({ ...report, findings: report.findings.length })}\n`);
  process.exit(report.findings.length === 0 ? 0 : 1);
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(2);
}
