import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ClusterDescriptor,
  decodeDescriptor,
  encodeDescriptor,
  type MemberNode,
} from '../membership/cluster-descriptor.ts';
import { registryOf } from '../membership/node-registry.ts';
import { placementOf, SYSTEM_GROUP } from '../membership/placement.ts';
import { decodeSystemState, encodeSystemState } from '../membership/system-codec.ts';
import { type ArchivedCluster, ArchiveSource, type SnapshotHead } from './archive-source.ts';
import { type RebuiltGroup, rebuildGroup } from './rebuild-group.ts';
import { type GroupFile, NodeWriter } from './write-node.ts';

/** A restore can't be done, or would overwrite something. */
export class RestoreError extends Error {}

export interface RestoreOptions {
  readonly databaseUrl: string;
  /** Gets a folder for each node, named after it. */
  readonly dataDirectory: string;
  /** Null: the one that was updated last. */
  readonly clusterId: string | null;
  readonly voidSeqs: number;
  readonly say: (line: string) => void;
}

/** What is known of one group, and so what is not. */
export interface GroupReport extends Omit<RebuiltGroup, 'data'> {
  readonly group: number;
  /** Null: the group had no snapshot in Postgres. */
  readonly snapshotIndex: number | null;
  readonly snapshotTakenAt: string | null;
}

export interface RestoreReport {
  readonly formerClusterId: string;
  readonly clusterId: string;
  readonly nodes: readonly string[];
  readonly voidSeqs: number;
  readonly agents: number | null;
  readonly groups: readonly GroupReport[];
  readonly sessionsWithoutRow: number;
}

/** A lost entry must not meet its number again: far beyond what a group can have had in flight. */
const INDEX_GAP = 1_000_000;
const COUNTER_GAP = 1_000;
const PART_BYTES = 1024 * 1024;
/** Where the log of a group begins that Postgres has rows of but no snapshot. */
const NO_SNAPSHOT = { index: 1, term: 1 } as const;
const REPORT_FILE = 'restore-report.json';

/** Writes the data directories of a new cluster that has everything that Postgres knows of the former one. */
export async function restoreCluster(options: RestoreOptions): Promise<RestoreReport> {
  const source = new ArchiveSource(options.databaseUrl);
  const work = join(options.dataDirectory, '.restoring');
  try {
    const former = await chosenCluster(source, options.clusterId);
    const shape = decodeDescriptor(former.descriptor);
    refuseToOverwrite(options.dataDirectory, shape);
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    const report = await restoreInto(work, source, former, shape, options);
    for (const { nodeId } of shape.nodes)
      renameSync(join(work, nodeId), join(options.dataDirectory, nodeId));
    writeFileSync(join(options.dataDirectory, REPORT_FILE), `${JSON.stringify(report, null, 2)}\n`);
    return report;
  } finally {
    rmSync(work, { recursive: true, force: true });
    await source.close();
  }
}

async function chosenCluster(
  source: ArchiveSource,
  wanted: string | null,
): Promise<ArchivedCluster> {
  const clusters = await source.clusters();
  const chosen = clusters.find(({ clusterId }) => wanted === null || clusterId === wanted);
  if (chosen !== undefined) return chosen;
  throw new RestoreError(
    wanted === null
      ? 'Postgres knows no cluster: nothing was ever flushed to this database'
      : `Postgres knows no cluster ${wanted}; it knows ${clusters.map(({ clusterId }) => clusterId).join(', ') || 'none'}`,
  );
}

function refuseToOverwrite(dataDirectory: string, { nodes }: ClusterDescriptor): void {
  for (const { nodeId } of nodes) {
    const directory = join(dataDirectory, nodeId);
    if (existsSync(directory) && readdirSync(directory).length > 0)
      throw new RestoreError(
        `${directory} is there and not empty. A disk that still works knows more than Postgres: start the cluster with ` +
          'it. To restore all the same, move it away first',
      );
    if (existsSync(directory)) rmSync(directory, { recursive: true });
  }
}

async function restoreInto(
  work: string,
  source: ArchiveSource,
  former: ArchivedCluster,
  shape: ClusterDescriptor,
  options: RestoreOptions,
): Promise<RestoreReport> {
  const writers = await Promise.all(
    shape.nodes.map(({ nodeId }) => NodeWriter.open(join(work, nodeId), nodeId)),
  );
  try {
    // Another cluster: a node of the former one that turns up again is refused instead of listened to.
    const nodes = shape.nodes.map((node) => ({
      ...node,
      incarnation:
        writers.find(({ nodeId }) => nodeId === node.nodeId)?.incarnation ?? node.incarnation,
    }));
    const descriptor: ClusterDescriptor = {
      ...shape,
      clusterId: randomUUID(),
      founders: nodes,
      nodes,
    };
    const placement = placementOf(descriptor);
    const keep = async (file: GroupFile): Promise<void> => {
      for (const writer of writers) await writer.write(file, descriptor, placement);
      await archive(source, descriptor.clusterId, file);
    };
    const snapshots = await source.snapshots(former.clusterId);
    const agents = await restoreSystem(source, snapshots.get(SYSTEM_GROUP), descriptor.nodes, keep);
    const groups: GroupReport[] = [];
    for (let group = 0; group < shape.groups; group += 1) {
      const restored = await restoreGroup(source, group, snapshots.get(group), options, keep);
      if (restored !== null) groups.push(restored);
    }
    await source.writeCluster(descriptor.clusterId, JSON.stringify(encodeDescriptor(descriptor)));
    for (const writer of writers) await writer.finish(descriptor);
    return {
      formerClusterId: former.clusterId,
      clusterId: descriptor.clusterId,
      nodes: shape.nodes.map(({ nodeId }) => nodeId),
      voidSeqs: options.voidSeqs,
      agents,
      groups,
      sessionsWithoutRow: await source.sessionsWithoutRow(),
    };
  } catch (error) {
    await Promise.allSettled(writers.map((writer) => writer.close()));
    throw error;
  }
}

/** Registrations of agents, and legal holds; null: they are lost. Which nodes were draining is forgotten: they all start anew. */
async function restoreSystem(
  source: ArchiveSource,
  head: SnapshotHead | undefined,
  nodes: readonly MemberNode[],
  keep: (file: GroupFile) => Promise<void>,
): Promise<number | null> {
  if (head === undefined) return null;
  const { agents, holds } = decodeSystemState(await source.readSnapshot(head));
  await keep({
    group: SYSTEM_GROUP,
    index: head.index + INDEX_GAP,
    term: head.term,
    data: encodeSystemState({ agents, registry: registryOf(nodes), skipped: [], holds }),
  });
  return agents.size;
}

async function restoreGroup(
  source: ArchiveSource,
  group: number,
  head: SnapshotHead | undefined,
  { voidSeqs, say }: RestoreOptions,
  keep: (file: GroupFile) => Promise<void>,
): Promise<GroupReport | null> {
  const snapshot = head === undefined ? null : await source.readSnapshot(head);
  const counters = COUNTER_GAP;
  const rebuilt = await rebuildGroup(source, { group, snapshot, voidSeqs, counters });
  if (rebuilt === null) return null;
  const { index, term } = head ?? NO_SNAPSHOT;
  const { data, ...counts } = rebuilt;
  await keep({ group, index: index + INDEX_GAP, term, data });
  const report: GroupReport = {
    group,
    snapshotIndex: head?.index ?? null,
    snapshotTakenAt: head === undefined ? null : new Date(head.takenAtMs).toISOString(),
    ...counts,
  };
  say(groupLine(report));
  return report;
}

/** Should the disks be lost again before the new cluster has archived its own. */
async function archive(source: ArchiveSource, clusterId: string, file: GroupFile): Promise<void> {
  const { group, index, term, data } = file;
  const parts = Math.max(1, Math.ceil(data.length / PART_BYTES));
  for (let part = 0; part < parts; part += 1) {
    const bytes = data.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
    await source.writeSnapshotPart(
      { clusterId, group, index, term, parts },
      part,
      bytes,
      Date.now(),
    );
  }
}

function groupLine(report: GroupReport): string {
  const { group, snapshotIndex, snapshotTakenAt, sessionsWithGaps } = report;
  const from =
    snapshotIndex === null
      ? 'no snapshot'
      : `snapshot at index ${snapshotIndex}, archived ${snapshotTakenAt}`;
  const gaps =
    sessionsWithGaps.length === 0 ? '' : `; INCOMPLETE: ${sessionsWithGaps.slice(0, 5).join(', ')}`;
  return (
    `group ${group}: ${from}; ${report.sessionsInSnapshot} sessions of it, ${report.sessionsFromRows} from rows, ` +
    `${report.messagesMerged} messages merged back${gaps}`
  );
}
