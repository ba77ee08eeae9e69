import type { FuzzCase } from '../inputs/case.ts';

/** What may be found, each a promise that did not hold. */
export const FINDING_KINDS = [
  'process-ended',
  'not-ready',
  'loop-blocked',
  'group-lost',
  'slow-bystanders',
  'lost-or-duplicated',
  'honest-turn',
  'turn-not-ended',
  'wrong-end',
  'endless-calls',
  'memory',
  'wrong-status',
  'bad-answer',
  'internal-error',
  'internal-text',
  'no-answer',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  readonly kind: FindingKind;
  readonly detail: string;
  /** Those that were played at the time; the first is the likeliest. */
  readonly suspects: readonly FuzzCase[];
  /** How often the same was found. */
  count: number;
  /** The suspect that brought it about again, alone. */
  confirmed: FuzzCase | null;
}

/** Findings of one kind with one signature are one. */
export class Findings {
  readonly #found = new Map<string, Finding>();
  readonly #listeners = new Set<(finding: Finding) => void>();
  readonly #say: (text: string) => void;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  get all(): readonly Finding[] {
    return [...this.#found.values()];
  }

  /** `signature`: what makes it the same as another one; the names of its suspects when it is left out. */
  add(
    kind: FindingKind,
    detail: string,
    suspects: readonly FuzzCase[] = [],
    signature: string = suspects.map(({ name }) => name).join(),
  ): void {
    const key = `${kind} ${signature}`;
    let finding = this.#found.get(key);
    if (finding === undefined) {
      finding = { kind, detail, suspects, count: 0, confirmed: null };
      this.#found.set(key, finding);
      const names = suspects.slice(0, 4).map(({ name }) => name);
      this.#say(`!! ${kind}: ${detail}${names.length === 0 ? '' : ` [${names.join('; ')}]`}`);
    }
    finding.count += 1;
    for (const listener of this.#listeners) listener(finding);
  }

  /** Kinds that are found while `act` goes on. */
  async during(act: () => Promise<void>): Promise<ReadonlySet<FindingKind>> {
    const kinds = new Set<FindingKind>();
    const listener = ({ kind }: Finding): void => {
      kinds.add(kind);
    };
    this.#listeners.add(listener);
    try {
      await act();
    } finally {
      this.#listeners.delete(listener);
    }
    return kinds;
  }
}
