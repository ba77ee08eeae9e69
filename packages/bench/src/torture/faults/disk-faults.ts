import type { DiskControl } from '../disk/disk-control.ts';
import type { PowerLoss } from '../disk/power-loss.ts';
import type { RigNode } from '../rig/cluster.ts';
import { pause } from '../rig/wait-until.ts';
import { between } from '../seeded-random.ts';
import { type Performer, proofOf } from './fault.ts';
import { describe, endingWithin, startAgain } from './process-faults.ts';

/** A node whose log can't be synced has to end at once, with this code. */
const EXIT_CODE_FAULT = 70;
const END_LIMIT_MS = 20_000;

function diskOf(node: RigNode | undefined): DiskControl {
  if (node?.disk === undefined || node.disk === null) throw new Error('there is no disk shim');
  return node.disk;
}

export const diskSlow: Performer = async (stage) => {
  const disks = stage.nodes.map(diskOf);
  const milliseconds = between(20, 1_200, stage.random);
  const before = disks.map((disk) => disk.counts().delayed);
  for (const disk of disks) disk.delaySyncs(milliseconds);
  return {
    heal: async () => {
      for (const disk of disks) disk.delaySyncs(0);
    },
    proof: () => {
      const delayed = disks.reduce(
        (sum, disk, at) => sum + disk.counts().delayed - (before[at] ?? 0),
        0,
      );
      return proofOf(delayed > 0, `${delayed} syncs took ${milliseconds} ms longer`);
    },
  };
};

/** A failed fsync: the node ends, and what it can't have on disk is gone; half the time the power goes too. */
export const diskError: Performer = async (stage) => {
  const [node] = stage.nodes;
  if (node === undefined) throw new Error('the fault needs a node');
  const disk = diskOf(node);
  stage.expectEnd(node);
  const before = disk.counts().failed;
  disk.failSyncs(1);
  const ending = await endingWithin(node, END_LIMIT_MS);
  const failed = disk.counts().failed - before;
  disk.failSyncs(0);
  let loss = '';
  return {
    heal: async () => {
      if (ending === null) {
        stage.expectEnd(node);
        await node.process.kill('SIGKILL');
      }
      if (stage.random() < 0.5)
        loss = `; then ${describeLoss([disk.losePower(stage.random, 'some')])}`;
      await startAgain([node]);
    },
    proof: () => ({
      effective: failed > 0,
      detail: `${failed} syncs failed, the node ended with ${ending === null ? 'nothing' : describe([ending])}${loss}`,
      broken: brokenBy(failed, ending),
    }),
  };
};

function brokenBy(failed: number, ending: Awaited<ReturnType<typeof endingWithin>>): string | null {
  if (failed === 0) return null;
  if (ending === null) return 'a sync failed and the node went on';
  return ending.code === EXIT_CODE_FAULT
    ? null
    : `a sync failed and the node ended with ${describe([ending])}`;
}

/** Slow syncs, so that something is on its way to the disk, then kill -9 and a disk without what was not synced. */
export const losePower: Performer = async ({ nodes, random, expectEnd }) => {
  const disks = nodes.map(diskOf);
  await slowSyncs(disks, random);
  for (const node of nodes) expectEnd(node);
  const endings = await Promise.all(nodes.map(({ process }) => process.kill('SIGKILL')));
  const losses = disks.map((disk) => takePower(disk, random));
  return {
    heal: () => startAgain(nodes),
    proof: () =>
      proofOf(
        endings.every(({ signal }) => signal === 'SIGKILL') &&
          losses.some(({ writesLost }) => writesLost > 0),
        describeLoss(losses),
      ),
  };
};

/** Long enough that every node has a write that waits for its sync. */
export async function slowSyncs(
  disks: readonly DiskControl[],
  random: () => number,
): Promise<void> {
  for (const disk of disks) disk.delaySyncs(between(100, 400, random));
  await pause(between(600, 1_400, random));
}

/** While the process does not run; its syncs are as fast as before from then on. */
export function takePower(disk: DiskControl, random: () => number): PowerLoss {
  disk.delaySyncs(0);
  return disk.losePower(random, random() < 0.5 ? 'everything' : 'some');
}

export function describeLoss(losses: readonly PowerLoss[]): string {
  const total = (of: keyof PowerLoss): number => losses.reduce((sum, loss) => sum + loss[of], 0);
  return (
    `power was lost: ${total('writesLost')} of ${total('writes')} unsynced writes ` +
    `(${total('bytesLost')} bytes) and ${total('entriesLost')} changes of directories were taken back`
  );
}
