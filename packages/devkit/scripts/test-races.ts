/** npm run test:races: docs/internals/testing.md */
import { describeEnvironment, parseRaceOptions, RACE_USAGE } from '../src/races/race-options.ts';
import { endRuns, raceRun } from '../src/races/race-run.ts';
import { hasFailed, type RaceRun, raceTable } from '../src/races/race-table.ts';
import { runStep } from '../src/run-step.ts';
import { generate } from '../src/steps.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(`${RACE_USAGE}\n`);
  process.exit(0);
}

const runs: RaceRun[] = [];
process.on('exit', () => {
  endRuns('SIGKILL');
  if (runs.length > 0) process.stdout.write(`\n${raceTable(runs)}`);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(1));

try {
  const options = parseRaceOptions(process.argv.slice(2));
  process.stdout.write(`seed ${options.seed}\n`);
  if (!(await runStep(generate))) process.exit(1);
  const deadline = performance.now() + options.minutes * 60_000;
  for (let round = 1; round <= options.rounds; round += 1)
    for (const environment of options.environments)
      for (const suite of options.suites) {
        if (performance.now() >= deadline) {
          process.stdout.write(`\n!! ${options.minutes} minutes have passed: no further run\n`);
          process.exit(hasFailed(runs) ? 1 : 0);
        }
        const name = `${suite}, ${describeEnvironment(environment)}`;
        process.stdout.write(`\n> round ${round}: ${name}\n`);
        const seed = options.seed + round - 1;
        runs.push(await raceRun({ suite, environment, seed, files: options.files }));
      }
  process.exit(hasFailed(runs) ? 1 : 0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}
