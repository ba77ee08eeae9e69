import type { RigNode } from '../rig/cluster.ts';
import type { OperationWire } from '../rig/operations.ts';
import { waitUntil } from '../rig/wait-until.ts';
import type { FaultStage } from './fault.ts';

/** Steps that operators take, each waited for to its end. */

export type ChangeStage = Pick<FaultStage, 'cluster' | 'workload' | 'operations'>;

/** Beside other faults, on a small machine. */
const CHANGE_LIMIT_MS = 90_000;
const COPIES = 3;
const POLL_EVERY_MS = 100;

/** Every group has all its copies, and every member answers: a disk may be lost now. */
export async function wholeCluster({ cluster, operations }: ChangeStage): Promise<void> {
  await Promise.all(cluster.members.map(({ process }) => process.ready()));
  await operations.settled(COPIES, CHANGE_LIMIT_MS);
}

/** Groups that the node has a replica of, as a living node reports it. */
export async function groupsHeld({ operations }: ChangeStage, id: string): Promise<number | null> {
  const cluster = await operations.cluster();
  if (cluster === null) return null;
  return cluster.groups.filter(({ replicas }) => replicas.some(({ node_id }) => node_id === id))
    .length;
}

/** Starts a node whose directory is empty and waits until it is admitted, holds groups and serves users. */
export async function joinCluster(stage: ChangeStage, node: RigNode): Promise<string> {
  const { cluster, workload } = stage;
  cluster.setMember(node.id, true);
  const join = await startAsNew(stage, node);
  await workload.addNode({ id: node.id, url: node.clientUrl });
  return `${node.id} joined (${join.id}) and holds ${await groupsHeld(stage, node.id)} groups`;
}

/** The operation by which it was admitted: another one than the last time. */
export async function startAsNew(stage: ChangeStage, node: RigNode): Promise<OperationWire> {
  const { operations } = stage;
  const before = (await operations.newest('join', node.id))?.id ?? null;
  node.process.start();
  let join: OperationWire | null = null;
  await waitUntil(
    async () => {
      if (node.process.pid === null) throw new Error(`${node.id} ended: ${node.process.lastWords}`);
      join = await operations.newest('join', node.id);
      return join !== null && join.id !== before && join.state === 'done';
    },
    CHANGE_LIMIT_MS,
    () => `${node.id} was not admitted: ${JSON.stringify(join)}`,
    POLL_EVERY_MS,
  );
  await node.process.ready();
  await operations.settled(COPIES, CHANGE_LIMIT_MS);
  if (join === null) throw new Error(`${node.id} was admitted by no operation`);
  return join;
}

/** One operation, from its request to `done`. */
export async function carriedOut(
  { operations }: ChangeStage,
  kind: 'drain' | 'undrain' | 'remove',
  node: RigNode,
): Promise<OperationWire> {
  const id = await operations.start({ kind, node_id: node.id }, CHANGE_LIMIT_MS);
  return done({ operations }, id);
}

export async function done(
  { operations }: Pick<ChangeStage, 'operations'>,
  id: string,
): Promise<OperationWire> {
  const ended = await operations.ended(id, CHANGE_LIMIT_MS);
  if (ended.state !== 'done')
    throw new Error(`${ended.kind} of ${ended.node_id} ended as ${ended.state}: ${ended.detail}`);
  return ended;
}

/** Removed for good, its process ended, its directory kept. */
export async function leaveCluster(stage: FaultStage, node: RigNode): Promise<OperationWire> {
  stage.expectEnd(node);
  const operation = await carriedOut(stage, 'remove', node);
  await afterRemoval(stage, node);
  return operation;
}

/** Its people go elsewhere, it is stopped, and is no member any more. */
export async function afterRemoval(stage: FaultStage, node: RigNode): Promise<void> {
  stage.workload.removeNode(node.id);
  await node.process.kill('SIGKILL');
  stage.cluster.setMember(node.id, false);
  await stage.operations.settled(COPIES, CHANGE_LIMIT_MS);
}
