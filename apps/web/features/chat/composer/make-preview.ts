import { THUMBNAIL_LENGTH_MAX } from '@/common/limits.ts';

/** Its longer side, in pixels; smaller ones are tried until it fits. */
const SIDES = [320, 240, 160, 96] as const;
const QUALITY = 0.75;
/** A picture that takes more is not decoded for this. */
const PICTURE_BYTES_MAX = 64 * 1024 * 1024;

/** Null: the file is no picture that this browser reads. */
export async function makePreview(file: File): Promise<string | null> {
  if (!file.type.startsWith('image/') || file.size > PICTURE_BYTES_MAX) return null;
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (bitmap === null) return null;
  try {
    for (const side of SIDES) {
      const url = drawn(bitmap, side);
      if (url !== null && url.length <= THUMBNAIL_LENGTH_MAX) return url;
    }
    return null;
  } finally {
    bitmap.close();
  }
}

function drawn(bitmap: ImageBitmap, side: number): string | null {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/webp', QUALITY);
}
