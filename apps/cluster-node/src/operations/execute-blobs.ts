import { BLOBS_LISTED_MAX } from '../limits.ts';
import { ok } from '../outcome.ts';
import { DONE, type Done, type ExecutionPorts, settle } from './execution.ts';
import type { OperationOf } from './operations.ts';

type Ports = Pick<ExecutionPorts, 'blobs' | 'onError'>;

/** Takes a piece of a file that another node sends to this one's disk. */
export function executeStoreBlob(
  { type: _, ...piece }: OperationOf<'store-blob'>,
  ports: Ports,
  done: Done<'store-blob'>,
): void {
  settle(ports.blobs.incoming.receive(piece), ports, done, (outcome) => done(ok(outcome)));
}

export function executeReadBlob(
  { key, offset, length }: OperationOf<'read-blob'>,
  ports: Ports,
  done: Done<'read-blob'>,
): void {
  settle(ports.blobs.local.piece(key, offset, length), ports, done, (piece) => done(ok(piece)));
}

export function executeListBlobs(
  { group, after }: OperationOf<'list-blobs'>,
  ports: Ports,
  done: Done<'list-blobs'>,
): void {
  const listing = ports.blobs.local.list(group, after, BLOBS_LISTED_MAX);
  settle(listing, ports, done, (keys) => done(ok(keys)));
}

export function executeBlobUsage(
  { session }: OperationOf<'blob-usage'>,
  ports: Ports,
  done: Done<'blob-usage'>,
): void {
  settle(ports.blobs.local.usage(session), ports, done, (usage) => done(ok(usage)));
}

export function executeRemoveBlobs(
  { session, blobId }: OperationOf<'remove-blobs'>,
  ports: Ports,
  done: Done<'remove-blobs'>,
): void {
  const { local } = ports.blobs;
  const removal =
    blobId === null ? local.removeSession(session) : local.remove({ ...session, blobId });
  settle(removal, ports, done, () => done(DONE));
}
