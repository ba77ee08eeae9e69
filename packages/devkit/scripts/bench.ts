import { join } from 'node:path';
import { measureArchiveAway, measureCapacity, parseBenchOptions, runBench } from '@fleetlm/bench';
import { repositoryRoot } from '../src/repository.ts';

const USAGE =
  'npm run bench -- [--target URL,...] [--users 30] [--depth 5] [--seconds 20] [--warmup 5] [--bytes 200] [--rate N]' +
  ' [--archive-away SECONDS] [--capacity]';

if (process.argv.includes('--help')) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}

try {
  const options = parseBenchOptions(process.argv.slice(2));
  const nodeMain = join(repositoryRoot, 'apps/cluster-node/src/main.ts');
  if (options.archiveAwaySeconds !== null) {
    const report = await measureArchiveAway(options, nodeMain);
    process.stdout.write(`${JSON.stringify(report)}\n`);
    process.exit(report.lost + report.duplicated + report.gaps === 0 ? 0 : 1);
  }
  if (options.capacity) {
    process.stdout.write(`${JSON.stringify(await measureCapacity(options, nodeMain))}\n`);
    process.exit(0);
  }
  const report = await runBench(options, nodeMain);
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exit(report.lost + report.duplicated + report.gaps === 0 ? 0 : 1);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exit(1);
}
