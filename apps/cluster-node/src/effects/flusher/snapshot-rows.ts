import { createHash } from 'node:crypto';
import type { ArchiveDatabase } from '@fleetlm/database';

/** A snapshot in the archive, all its parts together. */
export interface ArchivedSnapshotHead {
  readonly clusterId: string;
  readonly group: number;
  readonly index: number;
  readonly term: number;
  readonly parts: number;
}

/** The newest whole snapshot of every group of the cluster. */
export async function newestSnapshots(
  database: ArchiveDatabase,
  clusterId: string,
): Promise<ReadonlyMap<number, ArchivedSnapshotHead & { readonly takenAtMs: number }>> {
  const rows = await database.query<{
    group_id: number;
    snapshot_index: number;
    term: number;
    parts: number;
    taken_at: Date;
  }>(
    `SELECT group_id, snapshot_index, min(term) AS term, min(parts) AS parts, min(taken_at) AS taken_at
     FROM raft_snapshots WHERE cluster_id = $1
     GROUP BY group_id, snapshot_index HAVING count(*) = min(parts) ORDER BY group_id, snapshot_index`,
    clusterId,
  );
  // Ascending: the newest of a group comes last and stays.
  return new Map(
    rows.map(({ group_id, snapshot_index, term, parts, taken_at }) => [
      group_id,
      {
        clusterId,
        group: group_id,
        index: snapshot_index,
        term,
        parts,
        takenAtMs: taken_at.getTime(),
      },
    ]),
  );
}

export async function writeSnapshotPart(
  database: ArchiveDatabase,
  { clusterId, group, index, term, parts }: ArchivedSnapshotHead,
  part: number,
  data: Uint8Array,
  takenAtMs: number,
): Promise<void> {
  // The same index is the same state: a part that is there from an attempt before is as good.
  await database.execute(
    `INSERT INTO raft_snapshots (cluster_id, group_id, snapshot_index, part, parts, term, data, data_hash, taken_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::float8 / 1000))
     ON CONFLICT (cluster_id, group_id, snapshot_index, part)
     DO UPDATE SET parts = excluded.parts, data = excluded.data, data_hash = excluded.data_hash`,
    clusterId,
    group,
    index,
    part,
    parts,
    term,
    data,
    hashOf(data),
    takenAtMs,
  );
}

export async function dropSnapshotsBefore(
  database: ArchiveDatabase,
  clusterId: string,
  group: number,
  index: number,
): Promise<void> {
  await database.execute(
    'DELETE FROM raft_snapshots WHERE cluster_id = $1 AND group_id = $2 AND snapshot_index < $3',
    clusterId,
    group,
    index,
  );
}

/** Throws when a part is missing or not what was written. */
export async function readSnapshot(
  database: ArchiveDatabase,
  { clusterId, group, index, parts }: ArchivedSnapshotHead,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let part = 0; part < parts; part += 1) {
    const [row] = await database.query<{ data: Uint8Array; data_hash: Uint8Array }>(
      `SELECT data, data_hash FROM raft_snapshots
       WHERE cluster_id = $1 AND group_id = $2 AND snapshot_index = $3 AND part = $4`,
      clusterId,
      group,
      index,
      part,
    );
    if (row === undefined || Buffer.compare(hashOf(row.data), row.data_hash) !== 0)
      throw new Error(`the snapshot of group ${group} at ${index} is damaged in part ${part}`);
    pieces.push(row.data);
  }
  return Buffer.concat(pieces);
}

function hashOf(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}
