import { groupOfUser } from '@fleetlm/protocol/plain';
import type { Stage } from '../drive/stage.ts';
import type { Findings } from './findings.ts';

const AGENT = 'bystanders-writers';
const AT_ONCE = 8;
const LIMIT_MS = 20_000;
/** Lost groups that a finding names; the others are counted. */
const NAMED_MAX = 5;

/** Appends to every group and reads it back, before and after a restart. */
export class GroupCheck {
  readonly #stage: Stage;
  readonly #findings: Findings;
  readonly #groups: number;
  readonly #sessions = new Map<
    number,
    { readonly user: string; readonly sessionId: string; seqs: number[] }
  >();

  constructor(stage: Stage, findings: Findings, groups: number) {
    this.#stage = stage;
    this.#findings = findings;
    this.#groups = groups;
  }

  /** `when`: for the finding. The answer is how many groups took the message and gave it back. */
  async check(when: string): Promise<number> {
    const lost: string[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let group = next++; group < this.#groups; group = next++)
        try {
          await this.#checkOne(group, when);
        } catch (error) {
          lost.push(`${group} (${error instanceof Error ? error.message : String(error)})`);
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (lost.length > 0)
      this.#findings.add(
        'group-lost',
        `${when}: ${lost.length} of ${this.#groups} groups: ${lost.slice(0, NAMED_MAX).join('; ')}`,
        [],
        when,
      );
    return this.#groups - lost.length;
  }

  async #checkOne(group: number, when: string): Promise<void> {
    const { api } = this.#stage;
    let place = this.#sessions.get(group);
    if (place === undefined) {
      const user = userOfGroup(group, this.#groups);
      place = { user, sessionId: await api.createSession(user, AGENT, LIMIT_MS), seqs: [] };
      this.#sessions.set(group, place);
    }
    place.seqs.push(await api.append(place.sessionId, place.user, `${when} ${group}`, LIMIT_MS));
    const page = await api.tail(place.sessionId, LIMIT_MS);
    const found = new Set(page.messages.map(({ seq }) => seq));
    const missing = place.seqs.filter((seq) => !found.has(seq));
    if (missing.length > 0) throw new Error(`messages ${missing.join(', ')} are missing`);
  }
}

/** A user whose sessions this group holds. */
export function userOfGroup(group: number, groups: number): string {
  for (let number = 0; ; number += 1) {
    const user = `group-${group}-${number}`;
    if (groupOfUser(user, groups) === group) return user;
  }
}
