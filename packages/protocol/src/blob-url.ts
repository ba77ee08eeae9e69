/** Files that a message refers to: kept outside of the log, named inside of it. */

/** What the `url` of a `file` part begins with when it names a stored file of the message's own conversation. */
const BLOB_URL_PREFIX = 'fleetlm-blob:';

/** A ULID: files of a conversation are in the order of their uploads. */
export const BLOB_ID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** What a `file` part has as its `url`. */
export function blobUrl(blobId: string): string {
  return `${BLOB_URL_PREFIX}${blobId}`;
}

/** The id of the file that a `url` names; null: it names none, as a web address or inline data. */
export function blobIdOf(url: string): string | null {
  if (!url.startsWith(BLOB_URL_PREFIX)) return null;
  const blobId = url.slice(BLOB_URL_PREFIX.length);
  return BLOB_ID_PATTERN.test(blobId) ? blobId : null;
}
