import type { FaultWindow, SettledWork, SurvivingTail } from './checker/run-record.ts';
import { inTurns, readMessages } from './collect.ts';
import { describeLoss, slowSyncs, takePower } from './faults/disk-faults.ts';
import { startAgain } from './faults/process-faults.ts';
import { messageDigest } from './history/digest.ts';
import type { RigCluster } from './rig/cluster.ts';
import { pause } from './rig/wait-until.ts';
import type { ArchiveWatch } from './watch/archive-watch.ts';
import { sessionAnswerShape } from './workload/answers.ts';
import type { Workload } from './workload/workload.ts';

const WITHOUT_POSTGRES_MS = 5_000;
const CONVERGE_LIMIT_MS = 60_000;
const POLL_EVERY_MS = 250;

export interface PowerFailure {
  readonly survivors: readonly SurvivingTail[];
  readonly window: FaultWindow;
}

/**
 * Postgres is stopped, people write on, then all nodes lose power at once; started again without Postgres they
 * must have every acknowledged message that Postgres had not. There is no load afterwards.
 */
export async function failPowerWithoutPostgres(
  cluster: RigCluster,
  workload: Workload,
  archive: ArchiveWatch,
  random: () => number,
  number: number,
): Promise<PowerFailure> {
  const startMs = performance.now();
  await archive.stop();
  await archive.look();
  await cluster.postgres.stop();
  await pause(WITHOUT_POSTGRES_MS);
  const disks = cluster.members.flatMap(({ disk }) => (disk === null ? [] : [disk]));
  await slowSyncs(disks, random);
  await Promise.all(cluster.members.map(({ process }) => process.kill('SIGKILL')));
  // Whatever has been acknowledged by now was acknowledged before the power failed.
  const acknowledged = workload.acknowledgedSeqs();
  const losses = disks.map((disk) => takePower(disk, random));
  await startAgain(cluster.members);
  await workload.stop();
  const survivors: SurvivingTail[] = [];
  await inTurns(workload.people, async ({ session, sessionId }) => {
    const node = cluster.members[session % cluster.members.length];
    if (node === undefined) return;
    const afterSeq = archive.archivedSeq(session);
    const messages = await readMessages(workload.rest, node.process.url, sessionId, afterSeq).catch(
      () => [],
    );
    survivors.push({
      session,
      node: node.id,
      afterSeq,
      digests: messages.map(messageDigest),
      acknowledgedSeq: acknowledged[session] ?? 0,
    });
  });
  await cluster.postgres.startAgain();
  const kept = survivors.reduce((sum, { digests }) => sum + digests.length, 0);
  return {
    survivors,
    window: {
      number,
      kind: 'power-loss-all without Postgres',
      target: cluster.members.map(({ id }) => id).join(' '),
      startMs,
      healedMs: performance.now(),
      effective:
        kept > 0 && (losses.length === 0 || losses.some(({ writesLost }) => writesLost > 0)),
      proof: `${losses.length > 0 ? describeLoss(losses) : 'all were killed at once'}; ${kept} messages were in the nodes alone`,
      broken: null,
    },
  };
}

/** Every device has everything: true, or the limit passed. */
export async function devicesConverge(workload: Workload): Promise<boolean> {
  return within(async () => {
    const heads = new Map<number, number>();
    for (const { session, headSeq } of devices(workload))
      heads.set(session, Math.max(headSeq, heads.get(session) ?? 0));
    return devices(workload).every(
      ({ session, headSeq, isLive }) => isLive && headSeq === heads.get(session),
    );
  });
}

function devices(workload: Workload) {
  return workload.people.flatMap(({ subscribers }) => subscribers);
}

/** Agents have nothing to do any more: what became of the work of each session. */
export async function agentsSettle(
  workload: Workload,
  chattyEvery: number,
): Promise<readonly SettledWork[]> {
  const settled = new Map<number, string>();
  await within(async () => {
    for (const { session, subscribers } of workload.people) {
      // The others' agent waits for a minute before it says anything.
      if (session % chattyEvery !== 0) continue;
      const known = settled.get(session);
      if (known === 'idle' || known === 'failed') continue;
      settled.set(session, (await subscribers[0]?.askAgentStatus()) ?? '');
    }
    return [...settled.values()].every((status) => status === 'idle' || status === 'failed');
  });
  return [...settled].map(([session, status]) => ({ session, status }));
}

/** Postgres has everything that the nodes have: true, or the limit passed. */
export async function archiveCatchesUp(
  cluster: RigCluster,
  workload: Workload,
  archive: ArchiveWatch,
): Promise<boolean> {
  return within(async () => {
    await archive.look().catch(() => undefined);
    for (const { session, sessionId } of workload.people) {
      const target = cluster.members[0]?.process.url ?? '';
      const path = `/api/sessions/${sessionId}`;
      const end = await workload.rest.call(
        target,
        { method: 'GET', path, limitMs: 5_000 },
        sessionAnswerShape,
      );
      if (end.type !== 'answer' || end.value.session.last_seq > archive.archivedSeq(session))
        return false;
    }
    return true;
  });
}

async function within(condition: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + CONVERGE_LIMIT_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await pause(POLL_EVERY_MS);
  }
  return true;
}
