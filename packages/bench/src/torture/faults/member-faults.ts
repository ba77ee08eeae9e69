import type { RigNode } from '../rig/cluster.ts';
import { pause, waitUntil } from '../rig/wait-until.ts';
import { type ActiveFault, type FaultStage, type Performer, proofOf } from './fault.ts';
import { startAgain } from './process-faults.ts';

/** Copies of every group: REPLICATION_FACTOR of the nodes. */
const COPIES = 3;
/** A change may have to wait until everything else is healed; what takes longer is stuck. */
const CHANGE_LIMIT_MS = 120_000;
const KILL_AFTER_MS_MAX = 1_500;
const COORDINATOR_LIMIT_MS = 20_000;

function targetOf({ nodes }: FaultStage): RigNode {
  const [node] = nodes;
  if (node === undefined) throw new Error('the fault needs a node');
  return node;
}

/** Leaders and replicas leave a node while it runs; then it is given them back. */
export const drainNode: Performer = async (stage) => {
  const node = targetOf(stage);
  const { operations } = stage;
  const drain = await operations.start({ kind: 'drain', node_id: node.id }, CHANGE_LIMIT_MS);
  return changed(stage, async () => {
    const { state, detail } = await operations.ended(drain, CHANGE_LIMIT_MS);
    const held = (await holders(stage)).filter((holder) => holder === node.id).length;
    const back = await operations.start({ kind: 'undrain', node_id: node.id }, CHANGE_LIMIT_MS);
    await operations.ended(back, CHANGE_LIMIT_MS);
    return proofOf(
      state === 'done' && held === 0,
      `the drain was ${state}${detail === '' ? '' : ` (${detail})`}, ${held} replicas were left`,
    );
  });
};

/** As a drain, but whoever coordinates it is killed while it goes on. */
export const drainWithoutCoordinator: Performer = async (stage) => {
  const node = targetOf(stage);
  const { operations, cluster, random, expectEnd } = stage;
  const drain = await operations.start({ kind: 'drain', node_id: node.id }, CHANGE_LIMIT_MS);
  await pause(KILL_AFTER_MS_MAX * random());
  const name = await operations.coordinator();
  const coordinator = cluster.nodes.find(({ id }) => id === name);
  if (coordinator !== undefined) {
    expectEnd(coordinator);
    await coordinator.process.kill('SIGKILL');
  }
  return changed(stage, async () => {
    let next: string | null = null;
    await waitUntil(
      async () => {
        next = await operations.coordinator();
        // Beside another fault it may have been started again already.
        return next !== null && (next !== name || coordinator?.process.pid !== null);
      },
      COORDINATOR_LIMIT_MS,
      () => `nobody coordinates after the death of ${name}`,
    );
    if (coordinator !== undefined) await startAgain([coordinator]);
    const { state } = await operations.ended(drain, CHANGE_LIMIT_MS);
    const back = await operations.start({ kind: 'undrain', node_id: node.id }, CHANGE_LIMIT_MS);
    await operations.ended(back, CHANGE_LIMIT_MS);
    return proofOf(
      coordinator !== undefined && state === 'done',
      `${name} was killed, ${next} went on, the drain was ${state}`,
    );
  });
};

/** A node leaves for good; then one joins under its name, with an empty disk. */
export const replaceNode: Performer = async (stage) => {
  const node = targetOf(stage);
  const { operations, expectEnd } = stage;
  expectEnd(node);
  const removal = await operations.start({ kind: 'remove', node_id: node.id }, CHANGE_LIMIT_MS);
  return changed(stage, async () => {
    const { state } = await operations.ended(removal, CHANGE_LIMIT_MS);
    await node.process.kill('SIGKILL');
    node.wipe();
    await startAgain([node]);
    return proofOf(state === 'done', `the removal was ${state}, another ${node.id} joined`);
  });
};

/** kill -9, and the disk is gone. Comes back with an empty one, under its name. */
export const wipeNode: Performer = async (stage) => {
  const node = targetOf(stage);
  stage.expectEnd(node);
  await node.process.kill('SIGKILL');
  node.wipe();
  return changed(stage, async () => {
    await startAgain([node]);
    return proofOf(true, 'its disk was emptied, it joined anew');
  });
};

/** The next fault is to meet a whole cluster: a second disk that is lost before that may be one too many. */
function changed(
  { operations }: FaultStage,
  end: () => Promise<ReturnType<ActiveFault['proof']>>,
): ActiveFault {
  let proof = proofOf(false, 'it did not end');
  return {
    heal: async () => {
      proof = await end();
      await operations.settled(COPIES, CHANGE_LIMIT_MS);
    },
    proof: () => proof,
  };
}

async function holders({ operations }: FaultStage): Promise<readonly string[]> {
  const cluster = await operations.cluster();
  return (cluster?.groups ?? []).flatMap(({ replicas }) => replicas.map(({ node_id }) => node_id));
}
