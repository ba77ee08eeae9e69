import { setTimeout as pause } from 'node:timers/promises';
import {
  type EvictionQuery,
  evictionCandidates,
  type GroupState,
  type SessionSnapshot,
} from '@fleetlm/conversation';
import type { LedGroup, Propose } from '../ports.ts';
import type { ArchiveWrites } from './archive-writes.ts';
import type { Conflict } from './isolate-poison.ts';

/** What goes to Postgres together before it leaves memory. */
const BATCH_SESSIONS_MAX = 500;
const BATCH_BYTES_MAX = 1024 * 1024;
/** Batches of one pass. */
const BATCHES_MAX = 40;
/** Memory is short: also a session that has been quiet only for so long has to go. */
const SETTLED_MS = 3_000;
/** Between two batches the evictor rests as long as the last one took, at most this long. */
const REST_MAX_MS = 500;

/** What a node keeps in memory of conversations. */
export interface HotSessions {
  readonly sessions: number;
  readonly bytes: number;
  readonly groups: number;
}

export interface EvictionPorts {
  readonly propose: Propose;
  readonly wallClockMs: () => number;
  /** A session that nothing happened to for so long leaves memory. */
  readonly sessionIdleMs: number;
  /** Of this node, led or not. Above it those that have been quiet longest leave, however short that is. */
  readonly hotSessionsMax: number;
  /** The same for what they take: messages and client message ids. */
  readonly hotBytesMax: number;
  /** In memory on this node, of all groups that it holds. */
  readonly hot: () => HotSessions;
}

interface EvictorPorts extends EvictionPorts {
  /** The state of a session that Postgres refuses: it stays in memory. */
  readonly onConflict: (conflict: Conflict) => void;
}

/** Archives the states of quiet sessions of led groups and then has them evicted, through the log. */
export class Evictor {
  readonly #ports: EvictorPorts;
  /** Stay in memory as long as this node runs. */
  readonly #refused = new Set<string>();
  evicted = 0;

  /** Sessions whose state Postgres does not take. */
  get refused(): number {
    return this.#refused.size;
  }

  constructor(ports: EvictorPorts) {
    this.#ports = ports;
  }

  /** Rejects when Postgres is away: nothing leaves memory that is not there. */
  async pass(
    groups: readonly LedGroup[],
    writes: ArchiveWrites,
    isStopped: () => boolean,
  ): Promise<void> {
    let turn = groups;
    for (let batches = 0; batches < BATCHES_MAX && turn.length > 0 && !isStopped(); batches += 1) {
      const startedAt = performance.now();
      const { shares, rest } = this.#take(turn);
      if (shares.length === 0) return;
      const conflicts = await writes.writeSessionStates(shares.flatMap(({ sessions }) => sessions));
      for (const conflict of conflicts) {
        this.#refused.add(conflict.sessionId);
        this.#ports.onConflict(conflict);
      }
      const refused = await Promise.all(shares.map((share) => this.#isRefused(share)));
      const lost = new Set(shares.filter((_, at) => refused[at]).map(({ led }) => led));
      turn = rest.filter((led) => !lost.has(led));
      await pause(Math.min(REST_MAX_MS, performance.now() - startedAt));
    }
  }

  async #isRefused({ led, sessions: written }: Share): Promise<boolean> {
    const sessions = written.filter(({ id }) => !this.#refused.has(id));
    if (sessions.length === 0) return false;
    const outcome = await this.#ports.propose(led.group, {
      type: 'evict-sessions',
      sessions: sessions.map(({ id, inboxVersion }) => ({ sessionId: id, inboxVersion })),
      timeMs: this.#ports.wallClockMs(),
    });
    if (outcome.status !== 'ok') return true;
    this.evicted += sessions.length;
    return false;
  }

  #surplus(): SurplusOf {
    const { hot, hotSessionsMax, hotBytesMax } = this.#ports;
    const { sessions, bytes, groups } = hot();
    const above = (total: number, max: number, own: number): number =>
      total > max ? Math.max(0, own - Math.floor(max / Math.max(1, groups))) : 0;
    return (state) => ({
      sessions: above(sessions, hotSessionsMax, state.sessions.size),
      bytes: above(bytes, hotBytesMax, state.memoryBytes),
    });
  }

  /** As many as fit into a batch, group by group; a group that may have more comes again. */
  #take(groups: readonly LedGroup[]): { shares: readonly Share[]; rest: readonly LedGroup[] } {
    const { sessionIdleMs, wallClockMs } = this.#ports;
    const now = wallClockMs();
    const surplusOf = this.#surplus();
    const shares: Share[] = [];
    let room = BATCH_SESSIONS_MAX;
    let bytes = BATCH_BYTES_MAX;
    for (const [at, led] of groups.entries()) {
      if (room <= 0 || bytes <= 0) return { shares, rest: groups.slice(at) };
      const limits = { bytesMax: bytes, sessionsMax: room, except: this.#refused };
      const idle = evictionCandidates(led.state, {
        ...limits,
        cleanBeforeMs: now - sessionIdleMs,
      });
      const surplus = surplusOf(led.state);
      const settled =
        surplus.sessions === 0 && surplus.bytes === 0
          ? []
          : evictionCandidates(led.state, { ...limits, surplus, cleanBeforeMs: now - SETTLED_MS });
      // Both begin with those that have been clean longest.
      const sessions = settled.length > idle.length ? settled : idle;
      if (sessions.length === 0) continue;
      shares.push({ led, sessions });
      room -= sessions.length;
      for (const { tail, clientMessageIds } of sessions)
        bytes -= tail.length + clientMessageIds.length;
      if (room <= 0 || bytes <= 0) return { shares, rest: groups.slice(at) };
    }
    return { shares, rest: [] };
  }
}

/** What of a group has to go, when the node has too much in memory: what is above the group's share. */
type SurplusOf = (
  state: Pick<GroupState, 'sessions' | 'memoryBytes'>,
) => NonNullable<EvictionQuery['surplus']>;

interface Share {
  readonly led: LedGroup;
  readonly sessions: readonly SessionSnapshot[];
}
