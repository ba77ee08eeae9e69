/** A character takes at most so many bytes of JSON: a control character is written as six. */
const CHARACTER_BYTES_MAX = 6;

/** Whether a text takes more bytes as JSON in UTF-8, which is how the cluster measures it: escapes count. */
export function isLongerThan(text: string, bytesMax: number): boolean {
  if (text.length <= bytesMax / CHARACTER_BYTES_MAX) return false;
  return new TextEncoder().encode(JSON.stringify(text)).length > bytesMax;
}
