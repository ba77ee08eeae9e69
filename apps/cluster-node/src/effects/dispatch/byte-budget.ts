/** Bytes of answers in progress that this node holds together; a single answer's cap times all calls would be too many. */
export const ANSWERS_BYTES_MAX = 128 * 1024 * 1024;

/** A common purse of bytes. */
export class ByteBudget {
  readonly #max: number;
  #used = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get used(): number {
    return this.#used;
  }

  /** A share that grows with `take` and goes back whole. */
  open(): ByteShare {
    let taken = 0;
    return {
      take: (bytes) => {
        if (this.#used + bytes > this.#max) return false;
        this.#used += bytes;
        taken += bytes;
        return true;
      },
      close: () => {
        this.#used -= taken;
        taken = 0;
      },
    };
  }
}

export interface ByteShare {
  /** False: there is no room for so many more. */
  take(bytes: number): boolean;
  close(): void;
}
