import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeClock } from '../../clock/index.ts';
import {
  crc32c,
  nodeDisk,
  type OpenWalResult,
  openWal,
  type RecoveredWal,
  type Wal,
  type WalFailure,
  type WalRecord,
} from '../index.ts';

const KEY = { group: 7, incarnation: 99 };
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fleetlm-wal-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function open(nodeId = 'n1', segmentBytes = 8192): Promise<OpenWalResult> {
  let nonce = 1;
  return new Promise((resolve) =>
    openWal(
      {
        disk: nodeDisk,
        directory,
        identity: { clusterId: 'c', nodeId },
        segmentBytes,
        crc32c,
        clock: nodeClock,
        onFailure: () => undefined,
        nonce: () => (nonce += 7),
      },
      resolve,
    ),
  );
}

async function opened(): Promise<{ wal: Wal; recovered: RecoveredWal }> {
  const result = await open();
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result;
}

const append = (wal: Wal, records: readonly WalRecord[]): Promise<WalFailure | null> =>
  new Promise((resolve) => wal.append(records, resolve));
const close = (wal: Wal): Promise<void> => new Promise((resolve) => wal.close(resolve));
const entry = (
  index: number,
  term = 1,
  bytes = 20,
): { index: number; term: number; type: 'normal'; data: Uint8Array } => ({
  index,
  term,
  type: 'normal',
  data: new Uint8Array(bytes).fill(index % 251),
});
const created: WalRecord = { type: 'group-created', key: KEY, replicaId: 1 };
const entries = (...list: ReturnType<typeof entry>[]): WalRecord => ({
  type: 'entries',
  key: KEY,
  entries: list,
});

async function writeThree(): Promise<string> {
  const { wal } = await opened();
  expect(await append(wal, [created])).toBeNull();
  for (const index of [1, 2, 3]) {
    expect(
      await append(wal, [
        entries(entry(index)),
        { type: 'hard-state', key: KEY, hardState: { term: 1, vote: 2, commit: index } },
      ]),
    ).toBeNull();
  }
  await close(wal);
  return join(directory, '0000000001.wal');
}

test('W7 what was appended is there after opening again, hard state included', async () => {
  await writeThree();
  const { recovered, wal } = await opened();
  expect(recovered.groups).toHaveLength(1);
  const [group] = recovered.groups;
  expect(group?.entries.map(({ index }) => index)).toEqual([1, 2, 3]);
  expect(group?.hardState).toEqual({ term: 1, vote: 2, commit: 3 });
  expect(await append(wal, [entries(entry(4))])).toBeNull();
  await close(wal);
  const again = await opened();
  expect(again.recovered.groups[0]?.entries).toHaveLength(4);
  await close(again.wal);
});

test('W15 an append at an index replaces what stood there and above', async () => {
  await writeThree();
  const { wal } = await opened();
  await append(wal, [entries(entry(2, 5), entry(3, 5))]);
  await close(wal);
  const { recovered, wal: again } = await opened();
  expect(recovered.groups[0]?.entries.map(({ index, term }) => [index, term])).toEqual([
    [1, 1],
    [2, 5],
    [3, 5],
  ]);
  await close(again);
});

test('W1 cut at every byte: the longest prefix of whole batches, and the log goes on', {
  timeout: 120_000,
}, async () => {
  const file = await writeThree();
  const whole = readFileSync(file);
  const end = whole.findLastIndex((byte) => byte !== 0) + 1;
  for (let cut = 512; cut <= end; cut += 1) {
    const torn = Buffer.from(whole);
    torn.fill(0, cut);
    for (const name of readdirSync(directory)) rmSync(join(directory, name));
    writeFileSync(file, torn);
    const result = await open();
    if (!result.ok) throw new Error(`cut at ${cut}: ${JSON.stringify(result.failure)}`);
    const found = result.recovered.groups[0]?.entries.map(({ index }) => index) ?? [];
    expect(found, `cut at ${cut}`).toEqual([1, 2, 3].slice(0, found.length));
    if (cut === end) expect(found).toHaveLength(3);
    await close(result.wal);
  }
});

test('W3 any bit flipped in a batch that has another behind it stops the node', {
  timeout: 120_000,
}, async () => {
  const file = await writeThree();
  const whole = readFileSync(file);
  const last = lastBatchStart(whole);
  for (let at = 512; at < last; at += 1) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
    for (const name of readdirSync(directory)) rmSync(join(directory, name));
    writeFileSync(file, damaged);
    const result = await open();
    if (result.ok) {
      // Padding between batches is covered by no checksum and holds nothing.
      expect(result.recovered.groups[0]?.entries, `byte ${at}`).toHaveLength(3);
      await close(result.wal);
    } else expect(result.failure.kind, `byte ${at}`).toBe('corrupt');
  }
});

test('W21 the log of another node is refused', async () => {
  await writeThree();
  const result = await open('n2');
  expect(result).toMatchObject({ ok: false, failure: { kind: 'foreign' } });
});

test('W16 segments roll, are dropped behind snapshots, and what is left is enough', {
  timeout: 60_000,
}, async () => {
  const { wal } = await opened();
  await append(wal, [
    created,
    { type: 'hard-state', key: KEY, hardState: { term: 3, vote: 1, commit: 0 } },
  ]);
  for (let index = 1; index <= 200; index += 1) {
    await append(wal, [entries(entry(index, 3, 200))]);
    if (index % 20 === 0) {
      const confState = {
        voters: [1],
        learners: [],
        votersOutgoing: [],
        learnersNext: [],
        autoLeave: false,
      };
      await append(wal, [
        { type: 'snapshot', key: KEY, snapshot: { index: index - 5, term: 3, confState } },
      ]);
    }
  }
  expect(wal.readEntries(KEY, 196, 199, 1e6).map(({ index }) => index)).toEqual([196, 197, 198]);
  await close(wal);
  expect(readdirSync(directory).length).toBeLessThan(6);
  const { recovered, wal: again } = await opened();
  expect(recovered.groups[0]).toMatchObject({
    hardState: { term: 3, vote: 1 },
    snapshot: { index: 195 },
  });
  expect(recovered.groups[0]?.entries.map(({ index }) => index)).toEqual([196, 197, 198, 199, 200]);
  await close(again);
});

test('W18 a group that was deleted and made again has nothing of its former life', async () => {
  await writeThree();
  const { wal } = await opened();
  const reborn = { group: 7, incarnation: 100 };
  await append(wal, [
    { type: 'group-deleted', key: KEY },
    { type: 'group-created', key: reborn, replicaId: 4 },
  ]);
  await append(wal, [entries(entry(4))]);
  await close(wal);
  const { recovered, wal: again } = await opened();
  expect(recovered.groups).toHaveLength(1);
  expect(recovered.groups[0]).toMatchObject({ key: reborn, replicaId: 4, entries: [] });
  await close(again);
});

test('W29 a second append before the first is answered throws, and the first is not hurt', async () => {
  const { wal } = await opened();
  const first = append(wal, [created]);
  expect(() => wal.append([entries(entry(1))], () => undefined)).toThrow(
    'the log takes one batch at a time',
  );
  expect(await first).toBeNull();
  expect(await append(wal, [entries(entry(1))])).toBeNull();
  await close(wal);
});

function lastBatchStart(bytes: Buffer): number {
  let last = 512;
  for (let at = 512; at + 4 < bytes.length; at += 8)
    if (bytes.readUInt32LE(at) === 0x31424c46) last = at;
  return last;
}
