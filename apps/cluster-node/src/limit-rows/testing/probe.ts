/** What a probe may draw beside the size. */
export interface Draw {
  /** A printable character of one UTF-16 code unit, of whatever width in UTF-8. */
  readonly character: string;
}

type Found<T> = T | Promise<T>;

/** Sends an input of a size to the stage that a row names. */
export type Probe =
  /** Whether it is accepted: up to the limit, and not beyond it. */
  | { readonly type: 'at-most'; readonly accepts: (size: number, draw: Draw) => Found<boolean> }
  /** Likewise from the limit on. */
  | { readonly type: 'at-least'; readonly accepts: (size: number, draw: Draw) => Found<boolean> }
  /** What is left of it: all, up to the limit. */
  | { readonly type: 'cut'; readonly keeps: (size: number, draw: Draw) => Found<number> };

export type Probes = Readonly<Record<string, Probe>>;

export const atMost = (accepts: (size: number, draw: Draw) => Found<boolean>): Probe => ({
  type: 'at-most',
  accepts,
});
export const atLeast = (accepts: (size: number, draw: Draw) => Found<boolean>): Probe => ({
  type: 'at-least',
  accepts,
});
export const cut = (keeps: (size: number, draw: Draw) => Found<number>): Probe => ({
  type: 'cut',
  keeps,
});

/** Bytes of UTF-8: as many of the character as fit, filled up with ASCII. */
export function textOfBytes(bytes: number, character: string): string {
  const width = Buffer.byteLength(character);
  const count = Math.floor(bytes / width);
  return character.repeat(count) + 'x'.repeat(bytes - count * width);
}
