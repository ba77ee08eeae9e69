import { broken } from '../../harness/broken.ts';
import type { HashChain } from '../hash-chain.ts';

/** A leader counts replicas for entries of its own term only (Raft paper, 5.4.2 and figure 8). */
export function checkCommitTerm(chain: HashChain, index: number, term: number): void {
  const found = chain.termAt(index);
  if (found !== null && found !== term) {
    broken('commit by count', `the leader of term ${term} committed ${index} of term ${found}`);
  }
}
