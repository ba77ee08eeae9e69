import { openDataDirectory } from '../../src/control/data-directory.ts';
import { openStorage } from '../../src/groups/storage.ts';
import type { TestNode } from './cluster.ts';

interface OpenLog {
  readonly wal: Awaited<ReturnType<typeof openStorage>>['wal'];
  readonly group: Awaited<ReturnType<typeof openStorage>>['recovered']['groups'][number];
  close(): Promise<void>;
}

/**
 * Commits an entry in a group of nodes that are stopped, by writing it to the log of each: what an earlier version
 * committed, a later one will, or a defect did.
 */
export async function writeEntry(
  nodes: readonly TestNode[],
  group: number,
  data: Uint8Array,
): Promise<void> {
  const logs: OpenLog[] = [];
  for (const node of nodes) logs.push(await openLog(node, group));
  // They were stopped one after the other: the last one may have led, and written, for a moment longer.
  const longest = logs.reduce((a, b) => (isBehind(endOf(a), endOf(b)) ? b : a));
  const { index, term } = endOf(longest);
  const entry = { index: index + 1, term, type: 'normal', data } as const;
  for (const { wal, group: found, close } of logs) {
    const { key, hardState } = found;
    const voted = hardState.term < term ? { term, vote: 0 } : hardState;
    const missing = longest.group.entries.filter(
      (one) => !found.entries.some((own) => own.index === one.index && own.term === one.term),
    );
    await new Promise<void>((resolve, reject) =>
      wal.append(
        [
          { type: 'entries', key, entries: [...missing, entry] },
          { type: 'hard-state', key, hardState: { ...voted, commit: index + 1 } },
        ],
        (failure) => (failure === null ? resolve() : reject(new Error(JSON.stringify(failure)))),
      ),
    );
    await close();
  }
}

async function openLog(node: TestNode, group: number): Promise<OpenLog> {
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
  if (found === undefined) throw new Error(`${node.id} has nothing of group ${group}`);
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => wal.close(resolve));
    directory.lock.release();
  };
  return { wal, group: found, close };
}

interface LogEnd {
  readonly index: number;
  readonly term: number;
}

function endOf({ group }: OpenLog): LogEnd {
  const last = group.entries.at(-1) ?? group.snapshot;
  if (last === null || last === undefined) throw new Error('an empty log has no end');
  return last;
}

function isBehind(one: LogEnd, other: LogEnd): boolean {
  return one.term < other.term || (one.term === other.term && one.index < other.index);
}
