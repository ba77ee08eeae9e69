import { blobUrl, PAGE_LIMIT_MAX } from '@fleetlm/protocol';
import { ulid } from 'ulid';
import { type BlobKey, type BlobStore, groupOfBlobs } from '../blobs/blob.ts';
import { BlobLinks } from '../blobs/blob-links.ts';
import { BlobService } from '../blobs/blob-service.ts';
import { BlobSweeper, type SessionFate } from '../blobs/blob-sweeper.ts';
import { type BlobPeers, HolderStore, pullBlob } from '../blobs/holder-store.ts';
import { IncomingBlobs } from '../blobs/incoming-blobs.ts';
import type { LocalBlobs } from '../blobs/local-blobs.ts';
import { S3Store } from '../blobs/s3-store.ts';
import type { OperationType, OutcomeOf, Typed } from '../operations/operations.ts';
import type { Router } from '../router/router.ts';
import { atMostEvery } from '../telemetry/at-most-every.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Replication } from './replication.ts';
import type { ServicesOptions } from './services-options.ts';

const FAILURE_LOG_INTERVAL_MS = 10_000;

/** The files of conversations on this node. */
export interface Blobs {
  readonly local: LocalBlobs;
  readonly incoming: IncomingBlobs;
  readonly service: BlobService;
  readonly sweeper: BlobSweeper;
}

export function buildBlobs(
  options: ServicesOptions,
  replication: Replication,
  router: Router,
): Blobs {
  const { environment, blobs: local, linkKeys, descriptor, mesh, metrics, faults, log } = options;
  const { locator } = replication;
  const settings = environment.blobs;
  const groups = Array.from({ length: descriptor.groups }, (_, group) => group);
  const holds = (group: number): boolean => locator.holds(group);
  const otherHolders = (group: number) => locator.otherHolders(group);
  const peers = blobPeers(router, (nodeId) => mesh.isConnected(nodeId));
  const store: BlobStore =
    settings.s3 === null
      ? new HolderStore({ local, peers, holds, otherHolders })
      : new S3Store({
          ...settings.s3,
          ledGroups: () => groups.filter((group) => locator.isReadyHere(group)),
        });
  const onUnavailable = atMostEvery(FAILURE_LOG_INTERVAL_MS, (error: unknown) =>
    log.warn({ err: error }, 'files: the store or the scanner does not do what it was asked'),
  );
  const service = new BlobService({
    store,
    local,
    links: new BlobLinks(linkKeys, Date.now),
    settings,
    publicUrl: environment.publicUrl,
    newId: ulid,
    wallClockMs: Date.now,
    onUpload: (outcome) => metrics.blobUploads.inc({ outcome }),
    onUnavailable,
  });
  const onDisk = { local, peers, holds, otherHolders, groups, onError: faults.report };
  const sweeper = new BlobSweeper({
    kept: store.kept,
    orphanMs: settings.orphanMs,
    sweepMs: settings.sweepMs,
    fateOf: (sessionId) => fateOf(router, sessionId),
    isReferenced: (key, afterSeq) => isReferenced(router, key, afterSeq),
    repair: settings.s3 === null ? (isWanted) => repair(onDisk, isWanted) : null,
    mayGo: (key) => (settings.s3 === null ? enoughElsewhere(onDisk, key) : Promise.resolve(false)),
    wallClockMs: Date.now,
    onError: faults.report,
    setTimer: (work, ms) => setTimeout(guarded('timer', work), ms),
  });
  return { local, incoming: new IncomingBlobs(local, () => performance.now()), service, sweeper };
}

function blobPeers(router: Router, isConnected: (nodeId: string) => boolean): BlobPeers {
  const ask = async <T extends OperationType>(
    nodeId: string,
    operation: Typed<T>,
  ): Promise<OutcomeOf<T> | null> => (isConnected(nodeId) ? router.ask(nodeId, operation) : null);
  return {
    send: async (nodeId, piece) => {
      const outcome = await ask(nodeId, { type: 'store-blob', ...piece });
      return outcome?.status === 'ok' ? outcome.value : null;
    },
    piece: async (nodeId, key, offset, length) => {
      const outcome = await ask(nodeId, { type: 'read-blob', key, offset, length });
      return outcome?.status === 'ok' ? (outcome.value ?? 'missing') : null;
    },
    usage: async (nodeId, { userKey, sessionId }) => {
      const session = { userKey, sessionId };
      const outcome = await ask(nodeId, { type: 'blob-usage', session });
      return outcome?.status === 'ok' ? outcome.value : null;
    },
    remove: async (nodeId, what) => {
      const { userKey, sessionId } = what;
      const blobId = 'blobId' in what ? what.blobId : null;
      const session = { userKey, sessionId };
      const outcome = await ask(nodeId, { type: 'remove-blobs', session, blobId });
      return outcome?.status === 'ok';
    },
    list: async (nodeId, group, after) => {
      const outcome = await ask(nodeId, { type: 'list-blobs', group, after });
      return outcome?.status === 'ok' ? outcome.value : null;
    },
  };
}

async function fateOf(router: Router, sessionId: string): Promise<SessionFate> {
  const outcome = await router.request({ type: 'get-session', sessionId });
  if (outcome.status === 'ok') return 'alive';
  return outcome.status === 'refused' && outcome.code === 'not_found' ? 'gone' : 'unknown';
}

/** Whether a message behind `afterSeq` names the file; null: they can't be read now. */
async function isReferenced(
  router: Router,
  { sessionId, blobId }: BlobKey,
  afterSeq: number,
): Promise<boolean | null> {
  const name = Buffer.from(blobUrl(blobId));
  for (let from = afterSeq; ; ) {
    const range = { afterSeq: from, limit: PAGE_LIMIT_MAX };
    const outcome = await router.request({ type: 'read-messages', sessionId, range });
    if (outcome.status !== 'ok') return null;
    const { messages, hasMore } = outcome.value;
    if (messages.some(({ payload }) => bufferOf(payload).includes(name))) return true;
    const last = messages.at(-1);
    if (!hasMore || last === undefined) return false;
    from = last.seq;
  }
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

interface OnDisk {
  readonly onError: (error: unknown) => void;
  readonly local: LocalBlobs;
  readonly peers: BlobPeers;
  readonly holds: (group: number) => boolean;
  readonly otherHolders: (group: number) => readonly string[];
  readonly groups: readonly number[];
}

/** Copies the files of groups that this node holds, and that only others have: it came later, or was down. */
async function repair(
  { local, peers, holds, otherHolders, groups, onError }: OnDisk,
  isWanted: (key: BlobKey) => Promise<boolean>,
): Promise<void> {
  for (const group of groups.filter(holds)) {
    for (const nodeId of otherHolders(group)) {
      for await (const key of listed(peers, nodeId, group)) {
        if ((await local.find(key)) !== null || !(await isWanted(key))) continue;
        // One file that can't be copied keeps no other from it.
        await pullBlob(local, peers, nodeId, key).catch(onError);
      }
    }
  }
}

async function* listed(peers: BlobPeers, nodeId: string, group: number): AsyncGenerator<BlobKey> {
  let after: BlobKey | null = null;
  for (;;) {
    const keys: readonly BlobKey[] | null = await peers.list(nodeId, group, after);
    const last: BlobKey | undefined = keys?.at(-1);
    if (keys === null || last === undefined) return;
    yield* keys;
    after = last;
  }
}

/** Of a group that has left this node: whether as many of those that hold it have the file as an upload needs. */
async function enoughElsewhere(
  { peers, holds, otherHolders }: OnDisk,
  key: BlobKey,
): Promise<boolean> {
  const group = groupOfBlobs(key);
  if (holds(group)) return false;
  const holders = otherHolders(group);
  let copies = 0;
  for (const nodeId of holders) {
    const piece = await peers.piece(nodeId, key, 0, 0);
    if (piece !== null && piece !== 'missing') copies += 1;
  }
  return holders.length > 0 && copies > holders.length / 2;
}
