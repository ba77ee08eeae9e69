import { createHash } from 'node:crypto';
import type { RaftHost } from '@fleetlm/raft/host';
import { entryTypeOf } from '../groups/command-codec.ts';
import type { GroupReply } from '../groups/group-reply.ts';
import type { SkippedEntry } from '../membership/skipped-entries.ts';
import type { StallReport } from '../operations/operations.ts';
import type { DataDirectory } from './data-directory.ts';

export interface StalledGroupsOptions {
  readonly host: RaftHost<GroupReply>;
  readonly directory: Pick<DataDirectory, 'skippedEntries' | 'saveSkippedEntries'>;
  readonly onError: (error: unknown) => void;
}

/** The entry that a group of this node is stalled at, and the entries that operators took out. */
export class StalledGroups {
  readonly #options: StalledGroupsOptions;
  #known: readonly SkippedEntry[];
  #saved: Promise<void> = Promise.resolve();

  constructor(options: StalledGroupsOptions) {
    this.#options = options;
    this.#known = options.directory.skippedEntries;
  }

  /** Before the groups are opened: a replay must not apply what the other replicas skipped. */
  start(): void {
    this.#publish(this.#known);
  }

  /** The system group has decided: kept on this node's disk first, so that it holds at every start. */
  decided(entries: readonly SkippedEntry[]): void {
    if (entries.length <= this.#known.length) return;
    const decided = [...entries];
    this.#known = decided;
    const { directory, onError } = this.#options;
    this.#saved = this.#saved
      .then(() => directory.saveSkippedEntries(decided))
      .then(() => this.#publish(decided))
      .catch(onError);
  }

  #publish(entries: readonly SkippedEntry[]): void {
    for (const group of new Set(entries.map((entry) => entry.group))) {
      const skips = entries
        .filter((entry) => entry.group === group)
        .map(({ index, term, digest }) => ({
          index,
          term,
          matches: (data: Uint8Array) => digestOf(data) === digest,
        }));
      this.#options.host.setSkips(group, skips);
    }
  }

  /** Null: the group is not on this node, or applies what is committed. */
  report(group: number): StallReport | null {
    const { host } = this.#options;
    const stall = host.groups.includes(group) ? host.status(group).stall : null;
    if (stall === null) return null;
    const { index, term, reason, data } = stall;
    const detail = stall.detail.slice(0, DETAIL_LENGTH_MAX);
    const digest = digestOf(data);
    return {
      index,
      term,
      reason,
      entryType: entryTypeOf(data),
      bytes: data.length,
      digest,
      detail,
    };
  }
}

/** A stack is longer than anybody reads in an answer; the log has all of it. */
const DETAIL_LENGTH_MAX = 300;

function digestOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
