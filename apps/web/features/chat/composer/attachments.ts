import type { FilePart } from '@fleetlm/client';

/** All attachments of one message, as base64: what a message may hold, with room for its words. */
export const ATTACHMENTS_BYTES_MAX = 160 * 1024;
export const ATTACHMENTS_MAX = 8;

export type Attached =
  | { readonly ok: true; readonly files: readonly FilePart[] }
  | { readonly ok: false; readonly detail: string };

/** The files beside those that are there already; none when they are too many or too large. */
export async function attach(
  before: readonly FilePart[],
  chosen: readonly File[],
): Promise<Attached> {
  if (before.length + chosen.length > ATTACHMENTS_MAX)
    return { ok: false, detail: `At most ${ATTACHMENTS_MAX} files go with one message.` };
  const limit = Math.floor((ATTACHMENTS_BYTES_MAX * 3) / 4 / 1024);
  const detail = `Together the files may have ${limit} kB: send a link instead.`;
  // Before any is read: a film would fill the memory of the page.
  if (chosen.reduce((sum, { size }) => sum + size, 0) > ATTACHMENTS_BYTES_MAX)
    return { ok: false, detail };
  const files = [...before, ...(await Promise.all(chosen.map(partOf)))];
  const bytes = files.reduce((sum, { url }) => sum + url.length, 0);
  return bytes > ATTACHMENTS_BYTES_MAX ? { ok: false, detail } : { ok: true, files };
}

async function partOf(file: File): Promise<FilePart> {
  const mediaType = file.type === '' ? 'application/octet-stream' : file.type;
  const bytes = new Uint8Array(await file.arrayBuffer());
  return {
    type: 'file',
    mediaType,
    filename: file.name,
    url: `data:${mediaType};base64,${base64(bytes)}`,
  };
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
