import { join } from 'node:path';
import { parseBenchOptions, runBench } from '@fleetlm/bench';
import { repositoryRoot } from '../src/repository.ts';

const USAGE =
  'npm run bench -- [--target URL,...] [--users 30] [--depth 5] [--seconds 20] [--warmup 5] [--bytes 200] [--rate N]';

if (process.argv.includes('--help')) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}

try {
  const options = parseBenchOptions(process.argv.slice(2));
  const report = await runBench(options, join(repositoryRoot, 'apps/cluster-node/src/main.ts'));
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exit(report.lost + report.duplicated + report.gaps === 0 ? 0 : 1);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exit(1);
}
