/** The unit that a disk writes as a whole: after a power loss it holds the old bytes or the new ones. */
export const SECTOR_BYTES = 512;

/** What becomes of one written sector that was not synced when the power went. */
export type SectorFate =
  /** As it was at the last sync. */
  | 'old'
  | 'new'
  /** Neither: the write was torn within the sector. */
  | 'garbage';

/** An unsynced change of a file, in the order in which they were made. */
type Change =
  | { readonly type: 'write'; readonly position: number; readonly data: Uint8Array }
  | { readonly type: 'truncate'; readonly length: number };

/** A file of the simulated disk: what processes see, and what a power loss would leave. */
export class SimInode {
  readonly #seen: Image;
  readonly #durable: Image;
  #unsynced: Change[] = [];

  constructor(seen = new Image(), durable = new Image()) {
    this.#seen = seen;
    this.#durable = durable;
  }

  get length(): number {
    return this.#seen.length;
  }

  read(position: number, length: number): Uint8Array {
    return this.#seen.bytes().slice(position, position + length);
  }

  write(position: number, data: Uint8Array): void {
    this.#change({ type: 'write', position, data: data.slice() });
  }

  truncate(length: number): void {
    this.#change({ type: 'truncate', length });
  }

  #change(change: Change): void {
    this.#unsynced.push(change);
    this.#seen.apply(change);
  }

  sync(): void {
    for (const change of this.#unsynced) this.#durable.apply(change);
    this.#unsynced = [];
  }

  /** A sync that failed: the kernel forgets that anything is to be written, but goes on showing it. */
  forgetUnsynced(): void {
    this.#unsynced = [];
  }

  /** Damage on the disk itself, below every cache. */
  replace(bytes: Uint8Array): void {
    this.#seen.set(bytes);
    this.#durable.set(bytes);
    this.#unsynced = [];
  }

  copy(): SimInode {
    const copy = new SimInode(this.#seen.copy(), this.#durable.copy());
    copy.#unsynced = [...this.#unsynced];
    return copy;
  }

  /** The power is gone: every sector of every unsynced write has a fate of its own. */
  losePower(fateOf: (sector: number) => SectorFate, garbage: () => number): void {
    for (const change of this.#unsynced) {
      if (change.type === 'write') {
        for (const piece of sectorsOf(change)) this.#tear(piece, fateOf, garbage);
      } else if (fateOf(Math.floor(change.length / SECTOR_BYTES)) !== 'old') {
        this.#durable.apply(change);
      }
    }
    this.#unsynced = [];
    this.#seen.set(this.#durable.bytes());
  }

  #tear(
    piece: { readonly position: number; readonly data: Uint8Array },
    fateOf: (sector: number) => SectorFate,
    garbage: () => number,
  ): void {
    const sector = Math.floor(piece.position / SECTOR_BYTES);
    const end = piece.position + piece.data.length;
    const there = this.#durable.bytes().subarray(piece.position, end);
    // A sector that is written with what it holds can't be distinguished from one that isn't written.
    if (there.length === piece.data.length && there.every((byte, at) => byte === piece.data[at]))
      return;
    const fate = fateOf(sector);
    if (fate === 'old') return;
    this.#durable.apply({ type: 'write', ...piece });
    if (fate === 'new') return;
    const start = sector * SECTOR_BYTES;
    const torn = this.#durable.bytes().subarray(start, start + SECTOR_BYTES);
    for (let at = 0; at < torn.length; at += 1) torn[at] = garbage();
  }
}

/** Bytes that grow in place. */
class Image {
  #bytes = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What is there now; a view. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  set(bytes: Uint8Array): void {
    this.#bytes = bytes.slice();
    this.#length = bytes.length;
  }

  copy(): Image {
    const copy = new Image();
    copy.set(this.bytes());
    return copy;
  }

  apply(change: Change): void {
    const end = change.type === 'write' ? change.position + change.data.length : change.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      larger.set(this.bytes());
      this.#bytes = larger;
    }
    if (change.type === 'write') {
      this.#bytes.set(change.data, change.position);
      this.#length = Math.max(this.#length, end);
    } else {
      this.#bytes.fill(0, end);
      this.#length = end;
    }
  }
}

function sectorsOf(change: {
  readonly position: number;
  readonly data: Uint8Array;
}): readonly { readonly position: number; readonly data: Uint8Array }[] {
  const pieces: { readonly position: number; readonly data: Uint8Array }[] = [];
  for (let at = 0; at < change.data.length; ) {
    const position = change.position + at;
    const room = SECTOR_BYTES - (position % SECTOR_BYTES);
    pieces.push({ position, data: change.data.subarray(at, at + room) });
    at += room;
  }
  return pieces;
}
