import type { ReplicaId } from '../../core/index.ts';
import { broken } from './broken.ts';

/** At most one leader in a term. */
export class ElectionSafety {
  readonly #leaders = new Map<number, ReplicaId>();

  leads(id: ReplicaId, term: number): void {
    const other = this.#leaders.get(term);
    if (other === undefined) this.#leaders.set(term, id);
    else if (other !== id) broken('election safety', `${other} and ${id} both lead term ${term}`);
  }
}
