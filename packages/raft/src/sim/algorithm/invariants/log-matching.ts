import { broken } from '../../harness/broken.ts';

/** Logs that hold an entry of the same index and term are the same up to it. */
export class LogMatching {
  readonly #hashes: Map<number, number>[] = [];

  appended(index: number, term: number, hash: number): void {
    const byTerm = this.#hashes[index];
    if (byTerm === undefined) {
      this.#hashes[index] = new Map([[term, hash]]);
      return;
    }
    const known = byTerm.get(term);
    if (known === undefined) byTerm.set(term, hash);
    else if (known !== hash) broken('log matching', `two logs up to (${index}, term ${term})`);
  }
}
