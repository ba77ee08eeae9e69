import type { RigNode } from '../rig/cluster.ts';
import { pause } from '../rig/wait-until.ts';
import { MoveWatch } from '../watch/move-watch.ts';
import { type ActiveFault, type FaultStage, type Performer, type Proof, proofOf } from './fault.ts';
import {
  afterRemoval,
  carriedOut,
  done,
  groupsHeld,
  joinCluster,
  leaveCluster,
  startAsNew,
  wholeCluster,
} from './membership-steps.ts';
import { linksOf } from './network-faults.ts';
import { endingWithin, startAgain } from './process-faults.ts';

/** A node that was removed and is started with its old directory has to refuse, with this code. */
const EXIT_CODE_REMOVED = 78;
const END_LIMIT_MS = 30_000;
/** Until a change has begun to move groups. */
const MIDDLE_LIMIT_MS = 2_000;
const POLL_EVERY_MS = 25;

function nodeAt(stage: FaultStage, at: number): RigNode {
  const node = stage.nodes[at];
  if (node === undefined) throw new Error('the fault needs more nodes');
  return node;
}

/** Leaves the name free for the next round. */
async function leaveAndWipe(stage: FaultStage, node: RigNode): Promise<void> {
  await leaveCluster(stage, node);
  node.wipe();
}

/** A new node is admitted, holds groups, and serves users; in the end it is removed. */
export const addNode: Performer = async (stage) => {
  const node = nodeAt(stage, 0);
  await wholeCluster(stage);
  const joined = await joinCluster(stage, node);
  const held = await groupsHeld(stage, node.id);
  return {
    heal: () => leaveAndWipe(stage, node),
    proof: () => proofOf(held !== null && held > 0, `${joined}; removed in the end`),
  };
};

/** One of four is drained: its replicas move to the others. */
export const drainNode: Performer = async (stage) => {
  const joiner = nodeAt(stage, 0);
  await wholeCluster(stage);
  await joinCluster(stage, joiner);
  const drained = await drain(stage, nodeAt(stage, 1), 4);
  return {
    heal: async () => {
      await drained.heal();
      await leaveAndWipe(stage, joiner);
    },
    proof: drained.proof,
  };
};

/** One of three: no node can take its copies, two of each are left. */
export const drainOfThree: Performer = async (stage) => {
  await wholeCluster(stage);
  return drain(stage, nodeAt(stage, 0), 3);
};

/** Drained to the end, then stopped, killed or left running for a while, and taken back. */
async function drain(stage: FaultStage, node: RigNode, nodes: number): Promise<ActiveFault> {
  const before = (await groupsHeld(stage, node.id)) ?? 0;
  const moves = new MoveWatch(stage.operations);
  const startMs = performance.now();
  const { id } = await carriedOut(stage, 'drain', node).finally(() => moves.end());
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const moved = await moves.end();
  const drained = await groupsHeld(stage, node.id);
  const fate = stage.random();
  const ending = fate < 0.4 ? 'SIGTERM' : fate < 0.7 ? 'SIGKILL' : null;
  if (ending !== null) {
    stage.expectEnd(node);
    await node.process.kill(ending);
  }
  let after = 0;
  return {
    heal: async () => {
      if (ending !== null) await startAgain([node]);
      await carriedOut(stage, 'undrain', node);
      await wholeCluster(stage);
      after = (await groupsHeld(stage, node.id)) ?? 0;
    },
    proof: () =>
      proofOf(
        before > 0 && drained === 0 && after > 0,
        `drain ${id}: one of ${nodes} nodes had ${before} replicas, then ${drained}, after ${seconds} s; ${moved}` +
          `${ending === null ? '' : `, was ended by ${ending}`}; after undrain ${after}`,
      ),
  };
}

/** kill -9, and its disk is gone: it comes back under its name as another one. Only while everything else is whole. */
export const wipeNode: Performer = async (stage) => {
  const node = nodeAt(stage, 0);
  await wholeCluster(stage);
  stage.expectEnd(node);
  const { signal } = await node.process.kill('SIGKILL');
  node.wipe();
  let joined = '';
  let held: number | null = null;
  return {
    heal: async () => {
      joined = (await startAsNew(stage, node)).id;
      held = await groupsHeld(stage, node.id);
    },
    proof: () =>
      proofOf(
        signal === 'SIGKILL' && joined !== '' && (held ?? 0) > 0,
        `its disk was emptied; it was admitted as another node (${joined}) and holds ${held} groups`,
      ),
  };
};

/** Removed, refused with its old directory, admitted again under its name with an empty one. */
export const removeNode: Performer = async (stage) => {
  const node = nodeAt(stage, 0);
  await wholeCluster(stage);
  await joinCluster(stage, node);
  const held = await groupsHeld(stage, node.id);
  const removal = await leaveCluster(stage, node);
  const left = await groupsHeld(stage, node.id);
  stage.expectEnd(node);
  node.process.start();
  const ending = await endingWithin(node, END_LIMIT_MS);
  if (ending === null) await node.process.kill('SIGKILL');
  node.wipe();
  let again = '';
  return {
    heal: async () => {
      again = await joinCluster(stage, node);
      await leaveAndWipe(stage, node);
    },
    proof: (): Proof => ({
      effective: (held ?? 0) > 0 && left === 0 && again !== '',
      detail: `removal ${removal.id} took ${held} replicas; its old directory ended with ${ending?.code ?? 'nothing'}; ${again}`,
      broken:
        ending?.code === EXIT_CODE_REMOVED
          ? null
          : `a removed node with its old directory ended with ${ending === null ? 'nothing' : (ending.code ?? ending.signal)}`,
    }),
  };
};

/** Waits until an operation has moved something. False: it had ended before. */
async function inTheMiddle(stage: FaultStage, kind: string, nodeId: string): Promise<boolean> {
  const deadline = performance.now() + MIDDLE_LIMIT_MS;
  for (;;) {
    const now = await stage.operations.newest(kind, nodeId);
    if (now !== null && now.state !== 'running') return false;
    if ((now?.progress?.done ?? 0) > 0 || performance.now() > deadline) return now !== null;
    await pause(POLL_EVERY_MS);
  }
}

/** The coordinator is killed while a node is being drained; the next one ends the drain. */
export const killCoordinator: Performer = async (stage) => {
  const { operations } = stage;
  const joiner = nodeAt(stage, 0);
  await wholeCluster(stage);
  await joinCluster(stage, joiner);
  const name = await operations.coordinator();
  const coordinator = stage.cluster.members.find(({ id }) => id === name);
  if (coordinator === undefined) throw new Error('there is no coordinator');
  const drained = [nodeAt(stage, 1), nodeAt(stage, 2)].find(({ id }) => id !== name);
  if (drained === undefined) throw new Error('the fault needs more nodes');
  const id = await operations.start({ kind: 'drain', node_id: drained.id }, END_LIMIT_MS);
  const wasRunning = await inTheMiddle(stage, 'drain', drained.id);
  stage.expectEnd(coordinator);
  const { signal } = await coordinator.process.kill('SIGKILL');
  const next = await successor(stage, coordinator.id);
  return {
    heal: async () => {
      await startAgain([coordinator]);
      await done(stage, id);
      await carriedOut(stage, 'undrain', drained);
      await wholeCluster(stage);
      await leaveAndWipe(stage, joiner);
    },
    proof: () =>
      proofOf(
        wasRunning && signal === 'SIGKILL' && next !== null,
        `${coordinator.id} coordinated the drain of ${drained.id} and was killed in the middle: ${wasRunning}; ${next} went on`,
      ),
  };
};

async function successor(stage: FaultStage, dead: string): Promise<string | null> {
  const deadline = performance.now() + END_LIMIT_MS;
  for (;;) {
    const name = await stage.operations.coordinator();
    if (name !== null && name !== dead) return name;
    if (performance.now() > deadline) return null;
    await pause(POLL_EVERY_MS);
  }
}

/** Of four nodes one is being removed, one is cut off and one is killed, all together. */
export const memberStorm: Performer = async (stage): Promise<ActiveFault> => {
  const [joiner, isolated, killed] = [nodeAt(stage, 0), nodeAt(stage, 1), nodeAt(stage, 2)];
  await wholeCluster(stage);
  const joined = await joinCluster(stage, joiner);
  stage.expectEnd(joiner);
  const id = await stage.operations.start({ kind: 'remove', node_id: joiner.id }, END_LIMIT_MS);
  const wasRunning = await inTheMiddle(stage, 'remove', joiner.id);
  const links = linksOf(isolated, stage.cluster);
  const discarded = (): number => links.reduce((sum, { counts }) => sum + counts.bytesDiscarded, 0);
  const before = discarded();
  for (const link of links) link.setMode({ type: 'discard' });
  stage.expectEnd(killed);
  const { signal } = await killed.process.kill('SIGKILL');
  let thrownAway = 0;
  return {
    heal: async () => {
      thrownAway = discarded() - before;
      for (const link of links) link.heal();
      await startAgain([killed]);
      await done(stage, id);
      await afterRemoval(stage, joiner);
      joiner.wipe();
      await wholeCluster(stage);
    },
    proof: () =>
      proofOf(
        wasRunning && signal === 'SIGKILL' && thrownAway > 0,
        `${joined}; in the middle of its removal (${id}): ${wasRunning}; ${isolated.id} lost ${thrownAway} bytes, ${killed.id} was killed`,
      ),
  };
};
