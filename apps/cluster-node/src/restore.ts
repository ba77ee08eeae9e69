/**
 * Restores a cluster from Postgres alone: DATABASE_URL, DATA_DIR (gets a folder for each node),
 * [--cluster ID] [--gap 100]. No node may run.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { VOID_SEQS_MAX } from '@fleetlm/conversation';
import { RestoreError, type RestoreReport, restoreCluster } from './restore/restore-cluster.ts';

const CONFIGURATION = 78;
const INTERNAL_FAULT = 70;
const GAP_DEFAULT = '100';
const USAGE =
  'DATABASE_URL=... DATA_DIR=... npm run restore -- [--cluster ID] [--gap NUMBERS_LEFT_VOID (100)]';

function fail(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const { values } = parseArgs({
  options: {
    cluster: { type: 'string' },
    gap: { type: 'string', default: GAP_DEFAULT },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  say(USAGE);
  process.exit(0);
}
const { DATABASE_URL: databaseUrl, DATA_DIR: dataDirectory } = process.env;
const voidSeqs = Number(values.gap);
if (databaseUrl === undefined || dataDirectory === undefined) fail(CONFIGURATION, USAGE);
if (!Number.isInteger(voidSeqs) || voidSeqs < 0 || voidSeqs > VOID_SEQS_MAX)
  fail(CONFIGURATION, `--gap must be an integer from 0 to ${VOID_SEQS_MAX}`);

function conclude(report: RestoreReport): void {
  const merged = report.groups.reduce((sum, { messagesMerged }) => sum + messagesMerged, 0);
  const sessions = report.groups.reduce(
    (sum, group) => sum + group.sessionsInSnapshot + group.sessionsFromRows,
    0,
  );
  const gaps = report.groups.flatMap(({ sessionsWithGaps }) => sessionsWithGaps);
  say(`Restored ${report.nodes.join(', ')} in ${dataDirectory} as cluster ${report.clusterId}:`);
  say(`  ${sessions} sessions in ${report.groups.length} groups, ${merged} messages merged back`);
  say(
    report.agents === null
      ? '  LOST: the registrations of agents (no snapshot of the system group); register them again'
      : `  ${report.agents} agents`,
  );
  if (gaps.length > 0) say(`  INCOMPLETE: ${gaps.length} sessions lack messages in Postgres`);
  if (report.sessionsWithoutRow > 0)
    say(`  LOST: ${report.sessionsWithoutRow} sessions of which only messages were archived`);
  say('Not known, and lost if there was any:');
  say('  messages acknowledged after the last flush, and whatever else happened after it;');
  say('  client message ids of messages after each snapshot: one sent again is a new message.');
  say(`The next message of each session leaves ${report.voidSeqs} numbers void in front of it.`);
}

try {
  conclude(
    await restoreCluster({
      databaseUrl,
      dataDirectory,
      clusterId: values.cluster ?? null,
      voidSeqs,
      say,
    }),
  );
} catch (error) {
  if (error instanceof RestoreError) fail(CONFIGURATION, error.message);
  fail(INTERNAL_FAULT, error instanceof Error ? (error.stack ?? error.message) : String(error));
}
