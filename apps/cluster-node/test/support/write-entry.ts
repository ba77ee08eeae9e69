import { openDataDirectory } from '../../src/control/data-directory.ts';
import { openStorage } from '../../src/groups/storage.ts';
import type { TestNode } from './cluster.ts';

/**
 * Commits an entry in a group of nodes that are stopped, by writing it to the log of each: what an earlier version
 * committed, a later one will, or a defect did.
 */
export async function writeEntry(
  nodes: readonly TestNode[],
  group: number,
  data: Uint8Array,
): Promise<void> {
  const ends = new Set<string>();
  for (const node of nodes) {
    const directory = await openDataDirectory(node.dataDirectory, node.id);
    const clusterId = directory.descriptor?.clusterId;
    if (clusterId === undefined) throw new Error(`${node.id} knows no cluster`);
    const { wal, recovered } = await openStorage(
      node.dataDirectory,
      { clusterId, nodeId: node.id },
      (failure) => {
        throw new Error(JSON.stringify(failure));
      },
    );
    const found = recovered.groups.find(({ key }) => key.group === group);
    const last = found?.entries.at(-1) ?? found?.snapshot;
    if (found === undefined || last === undefined || last === null)
      throw new Error(`${node.id} has nothing of group ${group}`);
    const { index, term } = last;
    ends.add(`${index} in term ${term}`);
    const { key, hardState } = found;
    const entry = { index: index + 1, term, type: 'normal', data } as const;
    await new Promise<void>((resolve, reject) =>
      wal.append(
        [
          { type: 'entries', key, entries: [entry] },
          { type: 'hard-state', key, hardState: { ...hardState, commit: index + 1 } },
        ],
        true,
        (failure) => (failure === null ? resolve() : reject(new Error(JSON.stringify(failure)))),
      ),
    );
    await new Promise<void>((resolve) => wal.close(resolve));
    directory.lock.release();
  }
  if (ends.size > 1) throw new Error(`the logs end apart: ${[...ends].join(', ')}`);
}
