import { type FilePart, isObject } from '@fleetlm/client';

/** Pictures that carry their own bytes are shown; nothing is loaded from elsewhere without a click. */
const INLINE_PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,/;
const PICTURE = /^image\/(png|jpeg|gif|webp|avif)$/;

export function isInlinePicture(url: string): boolean {
  return INLINE_PICTURE.test(url);
}

/** Of a type that browsers show. */
export function isPicture({ mediaType }: FilePart): boolean {
  return PICTURE.test(mediaType);
}

/** The small picture that the page of its sender made; null: there is none. */
export function previewOf({ providerMetadata }: FilePart): string | null {
  const own = providerMetadata?.fleetlm;
  const preview = isObject(own) ? own.preview : null;
  return typeof preview === 'string' && isInlinePicture(preview) ? preview : null;
}
