import { type Check, type CheckStatus, examine } from '../doctor/examine.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output/table.ts';
import type { ClientCommand, CommandResult } from './command.ts';

const MARKS: Readonly<Record<CheckStatus, string>> = { ok: 'ok', warning: 'WARN', failure: 'FAIL' };

/** Asks everything that there is to ask, and says what is wrong and what to do. */
export async function doctor({ client, context }: ClientCommand): Promise<CommandResult> {
  const { body: readiness } = await client.call('getReadiness');
  const cluster = await client.call('getCluster');
  const { operations } = await client.call('listOperations');
  const checks = examine({ readiness, cluster, operations, nowMs: context.wallClockMs() });
  const isHealthy = !checks.some(({ status }) => status === 'failure');
  return {
    json: { healthy: isHealthy, url: client.url, reported_by: cluster.reported_by, checks },
    text: `${report(checks)}\n${isHealthy ? 'Nothing is wrong.' : 'Something is wrong.'}\n`,
    exitCode: isHealthy ? EXIT.ok : EXIT.no,
  };
}

function report(checks: readonly Check[]): string {
  const rows = checks.flatMap(({ id, status, detail, advice }) => [
    [MARKS[status], id, detail],
    ...(advice === null ? [] : [['', '', advice]]),
  ]);
  return table(['', 'CHECK', 'FOUND'], rows);
}
