const WORD_BITS = 32;

/**
 * Which messages above the read cursor were written by others: one bit a message, so that the count stays exact
 * wherever the cursor goes, also for messages that have left memory.
 *
 * Invariant: bit (seq - 1) of the words, the first of which has the number `firstWord`, is set for exactly the
 * unread messages of others.
 */
export class UnreadMarks {
  #words: number[];
  #firstWord: number;
  #count: number;

  private constructor(words: number[], firstWord: number) {
    this.#words = words;
    this.#firstWord = firstWord;
    this.#count = words.reduce((sum, word) => sum + bitCount(word), 0);
  }

  static none(): UnreadMarks {
    return new UnreadMarks([], 0);
  }

  /** From a snapshot. Throws a RangeError when a mark is not above the cursor or beyond the newest message. */
  static fromWords(words: readonly number[], firstWord: number, readSeq: number, lastSeq: number) {
    const marks = new UnreadMarks([...words], firstWord);
    const lowest = marks.#lowest();
    const highest = marks.#highest();
    if (lowest !== null && lowest <= readSeq) throw new RangeError(`seq ${lowest} has been read`);
    if (highest !== null && highest > lastSeq) throw new RangeError(`there is no seq ${highest}`);
    if ((words.length > 0 && words.at(-1) === 0) || (words.length === 0 && firstWord !== 0))
      throw new RangeError('the marks are not in their shortest form');
    return marks;
  }

  get count(): number {
    return this.#count;
  }

  get words(): readonly number[] {
    return this.#words;
  }

  get firstWord(): number {
    return this.#firstWord;
  }

  /** Marks a new message of others; `seq` is above every one before. */
  add(seq: number): void {
    const word = Math.floor((seq - 1) / WORD_BITS);
    if (this.#words.length === 0) this.#firstWord = word;
    while (this.#firstWord + this.#words.length <= word) this.#words.push(0);
    const index = word - this.#firstWord;
    this.#words[index] = (this.#words[index] ?? 0) | (1 << ((seq - 1) % WORD_BITS));
    this.#count += 1;
  }

  /** The cursor is at `seq` now: marks up to it go. */
  readThrough(seq: number): void {
    const word = Math.floor(seq / WORD_BITS);
    const gone = Math.min(Math.max(word - this.#firstWord, 0), this.#words.length);
    this.#words.splice(0, gone);
    this.#firstWord += gone;
    const first = this.#words[0];
    if (first !== undefined && this.#firstWord === word)
      this.#words[0] = first & (-1 << (seq % WORD_BITS));
    while (this.#words.at(-1) === 0) this.#words.pop();
    if (this.#words.length === 0) this.#firstWord = 0;
    this.#count = this.#words.reduce((sum, bits) => sum + bitCount(bits), 0);
  }

  #lowest(): number | null {
    const index = this.#words.findIndex((word) => word !== 0);
    const word = this.#words[index];
    if (word === undefined) return null;
    return (this.#firstWord + index) * WORD_BITS + (31 - Math.clz32(word & -word)) + 1;
  }

  #highest(): number | null {
    const word = this.#words.at(-1);
    if (word === undefined || word === 0) return null;
    return (this.#firstWord + this.#words.length - 1) * WORD_BITS + (31 - Math.clz32(word)) + 1;
  }
}

/** Source: Warren, Hacker's Delight, figure 5-2. */
function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
