import { fileTypeFromBuffer } from 'file-type';

/** What is read of a file to find out what it is. */
export const HEAD_BYTES_MAX = 4_100;

/** Types that browsers show by themselves without running anything: they have to be what they say. */
const SHOWN: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/wav',
  'video/mp4',
  'video/webm',
]);

/** Forms that hold files of other types: what was declared says more. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'application/zip',
  'application/gzip',
  'application/xml',
  'application/x-cfb',
]);

export type CheckedType =
  | { readonly ok: true; readonly mediaType: string }
  | { readonly ok: false; readonly detail: string };

/**
 * What a file is, by its first bytes and by what its sender said. The bytes win: what browsers show is never taken on trust, and
 * what is recognized is not stored as something else.
 */
export async function checkMediaType(declared: string, head: Uint8Array): Promise<CheckedType> {
  const detected = (await fileTypeFromBuffer(head))?.mime.split(';')[0]?.trim() ?? null;
  if (detected === null)
    return SHOWN.has(declared)
      ? { ok: false, detail: `its bytes are not ${declared}` }
      : { ok: true, mediaType: declared };
  const isInside = CONTAINERS.has(detected) && !SHOWN.has(declared);
  return { ok: true, mediaType: isInside ? declared : detected };
}

/** `image/*,application/pdf`: whether a type is among those that the operator allows. */
export function isAllowed(mediaType: string, allowed: readonly string[]): boolean {
  const [kind = ''] = mediaType.split('/');
  return allowed.some((one) => one === '*/*' || one === mediaType || one === `${kind}/*`);
}

/** Whether a browser may show it in place; everything else is saved. */
export function dispositionOf(mediaType: string, name: string): string {
  const way = SHOWN.has(mediaType) ? 'inline' : 'attachment';
  return `${way}; filename*=UTF-8''${encoded(name)}`;
}

/** As RFC 8187 has it: `encodeURIComponent` leaves four characters that are not allowed there. */
function encoded(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
