export const CHECK_IDS = [
  'K1',
  'K2',
  'K3',
  'K4',
  'K5',
  'K6',
  'K7',
  'K8',
  'K9',
  'K10',
  'X1',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

export const CHECK_TITLES: Readonly<Record<CheckId, string>> = {
  K1: 'All replicas hold the same',
  K2: 'Every log is 1..n, each message once, as it was sent, and nothing that was refused',
  K3: 'Every acknowledgement names the place where the message is',
  K4: 'Every page and every stream is a piece of the log, without a gap',
  K5: 'Real time: no read returns less than was acknowledged before; cursors never go back',
  K6: 'Postgres holds a prefix of every log at all times, and all of it in the end',
  K7: 'One leader a term; terms never go back, restarts included',
  K8: 'After a power failure of all nodes every acknowledged message is there without Postgres',
  K9: 'Every answer is one attempt of the agent, whole or its beginning, once',
  K10: 'Every session is acknowledged again soon after every fault',
  X1: 'Processes end only when they have to, and then as documented',
};

/** Violations that are described; beyond them they are only counted. */
const DESCRIBED_MAX = 25;

/** What one check found. */
export interface Verdict {
  readonly id: CheckId;
  /** Facts that were looked at; a check of nothing proves nothing. */
  readonly checked: number;
  readonly violations: number;
  readonly described: readonly string[];
  readonly figures: Readonly<Record<string, number | string>>;
  /** Why it was not made; null when it was. */
  readonly skipped: string | null;
}

/** Collects what a check finds. */
export class Findings {
  readonly #id: CheckId;
  readonly #described: string[] = [];
  #violations = 0;
  #checked = 0;

  constructor(id: CheckId) {
    this.#id = id;
  }

  /** Counts facts that were looked at. */
  looked(count = 1): void {
    this.#checked += count;
  }

  violation(detail: string): void {
    this.#violations += 1;
    if (this.#described.length < DESCRIBED_MAX) this.#described.push(detail);
  }

  verdict(figures: Verdict['figures'] = {}): Verdict {
    return {
      id: this.#id,
      checked: this.#checked,
      violations: this.#violations,
      described: this.#described,
      figures,
      skipped: null,
    };
  }
}

export function skipped(id: CheckId, why: string): Verdict {
  return { id, checked: 0, violations: 0, described: [], figures: {}, skipped: why };
}
