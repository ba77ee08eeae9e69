import { ulid } from 'ulid';
import type { BlobUsage } from '../blob.ts';
import { BlobLinks } from '../blob-links.ts';
import { BlobService, type UploadOutcome } from '../blob-service.ts';
import type { BlobSettings } from '../blob-settings.ts';
import { HolderStore } from '../holder-store.ts';
import type { LocalBlobs } from '../local-blobs.ts';
import { directPeers, SESSION_ID, USER_ID } from './blobs.ts';

export const SESSION = { id: SESSION_ID, userId: USER_ID, lastSeq: 7 };
export const TIMES = { idleMs: 10_000, totalMs: 10_000 };

const SETTINGS: BlobSettings = {
  bytesMax: 1_000,
  userBytesMax: 100_000,
  types: ['*/*'],
  scan: null,
  orphanMs: 1_000,
  sweepMs: 1_000,
  s3: null,
};

/** Files of one node. */
export function serviceOf(
  local: LocalBlobs,
  over: Partial<BlobSettings> = {},
  usage: BlobUsage | null = null,
) {
  const outcomes: UploadOutcome[] = [];
  const unavailable: unknown[] = [];
  const store = new HolderStore({
    local,
    peers: directPeers(new Map()),
    holds: () => true,
    otherHolders: () => [],
  });
  if (usage !== null) store.usage = async () => usage;
  const service = new BlobService({
    store,
    local,
    links: new BlobLinks(['a passphrase of a test'], Date.now),
    settings: { ...SETTINGS, ...over },
    publicUrl: 'http://node:4001',
    newId: ulid,
    wallClockMs: Date.now,
    onUpload: (outcome) => outcomes.push(outcome),
    onUnavailable: (error) => unavailable.push(error),
  });
  return { service, outcomes, unavailable };
}

export function tokenOf(url: string): string {
  return new URL(url, 'http://node').searchParams.get('token') ?? '';
}
