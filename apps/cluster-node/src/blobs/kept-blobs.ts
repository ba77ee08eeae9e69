import { type BlobSession, blobKeySchema, type KeptBlob } from './blob.ts';

/** Beside a file that a message refers to: an empty one of its name with this at the end. */
export const REFERENCED = '.referenced';

/** The files of a conversation, by the names of what is stored for it; names of another form are none. */
export function keptBlobs(session: BlobSession, names: readonly string[]): readonly KeptBlob[] {
  const all = new Set(names);
  return names.flatMap((blobId) => {
    const key = blobKeySchema.safeParse({ ...session, blobId });
    return key.success ? [{ key: key.data, isReferenced: all.has(`${blobId}${REFERENCED}`) }] : [];
  });
}
