import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Message, type Session, sessionHead } from '@fleetlm/conversation';
import type { LedGroup } from '../ports.ts';
import type { ArchiveWrites } from './archive-writes.ts';
import type { ArchiveGap } from './flusher-api.ts';
import type { Conflict } from './isolate-poison.ts';

/** Sessions that are looked at together. */
const SESSIONS_PER_TURN = 200;

export interface Repaired {
  readonly conflicts: readonly Conflict[];
  readonly gaps: readonly ArchiveGap[];
}

/**
 * Postgres confirmed a group's watermarks and has forgotten: it was restored from a backup, or a standby took over that
 * lagged. Gives back what is still in memory; names what is not.
 */
export async function repairArchive(led: LedGroup, writes: ArchiveWrites): Promise<Repaired> {
  const conflicts: Conflict[] = [];
  const gaps: ArchiveGap[] = [];
  const sessions = [...led.state.sessions.values()];
  for (let from = 0; from < sessions.length; from += SESSIONS_PER_TURN) {
    const some = sessions.slice(from, from + SESSIONS_PER_TURN).map(archivedPart);
    conflicts.push(...(await writes.writeSessions(some.map(({ head }) => head))));
    const missing = await lacking(some, writes);
    const inMemory = missing.flatMap(({ messages }) => messages());
    const users = new Map(some.map(({ id, head }) => [id, head.userId]));
    conflicts.push(...(await writes.writeMessages(inMemory, users)));
    for (const { id, flushedSeq, have } of await lacking(missing, writes))
      gaps.push({ group: led.group, sessionId: id, missing: flushedSeq - have, flushedSeq });
    await nextTurn();
  }
  return { conflicts, gaps };
}

interface ArchivedPart {
  readonly id: string;
  readonly flushedSeq: number;
  readonly head: ReturnType<typeof sessionHead>;
  /** Those that Postgres had confirmed and that are still in memory. */
  readonly messages: () => readonly Message[];
}

function archivedPart(session: Session): ArchivedPart {
  const { id } = session;
  // Nothing of an erased one is to be there.
  const flushedSeq = session.status === 'erased' ? 0 : session.flushedSeq;
  const messages = () => session.tail.filter(({ seq }) => seq <= flushedSeq);
  return { id, flushedSeq, head: sessionHead(session), messages };
}

async function lacking(
  sessions: readonly ArchivedPart[],
  writes: ArchiveWrites,
): Promise<readonly (ArchivedPart & { readonly have: number })[]> {
  const confirmed = sessions.filter(({ flushedSeq }) => flushedSeq > 0);
  if (confirmed.length === 0) return [];
  const counts = await writes.countMessages(
    confirmed.map(({ id, flushedSeq }) => ({ id, seq: flushedSeq })),
  );
  return confirmed
    .map((session) => ({ ...session, have: counts.get(session.id) ?? 0 }))
    .filter(({ have, flushedSeq }) => have < flushedSeq);
}
