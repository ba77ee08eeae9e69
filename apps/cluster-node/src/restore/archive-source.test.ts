import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  FlusherBed,
  GROUP,
  OTHER_SESSION,
  SESSION,
} from '../effects/flusher/testing/flusher-bed.ts';
import { ArchiveSource } from './archive-source.ts';

let bed: FlusherBed;
let source: ArchiveSource;

beforeAll(async () => {
  bed = await FlusherBed.open();
  await bed.startPostgres();
  await bed.reset();
  source = new ArchiveSource(bed.url);
  bed.create(OTHER_SESSION, '{"big":12345678901234567890}');
  bed.sayMany(3);
  bed.say('other', OTHER_SESSION);
  await bed.flusher().flushNow();
}, 120_000);
afterAll(async () => {
  await source.close();
  await bed.close();
});

const decoder = new TextDecoder();

test('reads sessions and their messages as they were archived', async () => {
  const sessions = await source.sessionsOf(GROUP);
  expect(sessions.map(({ id }) => id)).toEqual([SESSION, OTHER_SESSION]);
  expect(sessions[1]).toMatchObject({
    userId: 'ann',
    metadata: '{"big":12345678901234567890}',
    lastReadSeq: 0,
    insertedAtMs: 1,
  });
  const wanted = [
    { id: SESSION, seq: 1 },
    { id: OTHER_SESSION, seq: 0 },
  ];
  const read: unknown[] = [];
  for await (const page of source.messagesAfter(wanted))
    for (const { sessionId, seq, payload } of page)
      read.push([sessionId, seq, decoder.decode(payload)]);
  expect(read).toEqual([
    [SESSION, 2, '{"content":{"text":"hello 2"},"metadata":{}}'],
    [SESSION, 3, '{"content":{"text":"hello 3"},"metadata":{}}'],
    [OTHER_SESSION, 1, '{"content":{"text":"other"},"metadata":{}}'],
  ]);
  expect(await source.countMessages([{ id: SESSION, seq: 2 }])).toEqual(new Map([[SESSION, 2]]));
  expect(await source.withNewerMessages(wanted.map(({ id }) => ({ id, seq: 1 })))).toEqual([
    SESSION,
  ]);
  expect(await source.sessionState(SESSION)).toBeNull();
  expect(await source.sessionsWithoutRow()).toBe(0);
});

test('reads the newest whole snapshot of a group, and what the cluster is made of', async () => {
  const head = { clusterId: 'lost', group: GROUP, index: 2 ** 40, term: 9, parts: 2 };
  const parts = [Buffer.from([0, 1, 255]), Buffer.from('the rest')];
  for (const [part, data] of parts.entries())
    await source.writeSnapshotPart(head, part, data, 7_000);
  // A later one of which a part is missing.
  await source.writeSnapshotPart({ ...head, index: 2 ** 41 }, 0, Buffer.from('cut'), 8_000);
  expect(await source.snapshots('lost')).toEqual(new Map([[GROUP, { ...head, takenAtMs: 7_000 }]]));
  expect(await source.readSnapshot(head)).toEqual(Buffer.concat(parts));
  await source.writeCluster('lost', '{"groups":[1,2]}');
  expect(await source.clusters()).toContainEqual({
    clusterId: 'lost',
    descriptor: { groups: [1, 2] },
    updatedAtMs: expect.any(Number),
  });
});
