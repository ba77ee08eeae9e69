import {
  adoptSession,
  apply,
  type Command,
  coldStats,
  findHead,
  type GroupState,
  isCold,
  leaveGaps,
  type Message,
  type NewMessage,
  openRequests,
  type Session,
  type SessionSnapshot,
} from '@fleetlm/conversation';
import { ConversationMachine } from '../groups/conversation-machine.ts';
import { previewOf } from '../runtime/new-message.ts';
import { requestsIn, responseIn } from '../tool-requests.ts';
import type { ArchivedSession, ArchiveSource } from './archive-source.ts';

/** Sessions whose messages are read together; all of one user's, mostly, so that their inbox keeps its order. */
const SESSIONS_PER_TURN = 200;
/** Calls that one session may have under way in its snapshot; more than two pieces of work there never are. */
const STOPS_MAX = 3;

export interface RebuiltGroup {
  /** The whole state, as a snapshot has it. */
  readonly data: Uint8Array;
  readonly sessionsInSnapshot: number;
  /** Known from their rows alone: created after the snapshot. */
  readonly sessionsFromRows: number;
  /** Archived after the snapshot. */
  readonly messagesMerged: number;
  /** Sessions of which Postgres lacks messages that the snapshot counts on, or that lie between it and newer ones. */
  readonly sessionsWithGaps: readonly string[];
}

/** A state that is rebuilt has no subscribers, and no agent to call. */
const ignored = (): void => undefined;

export interface RebuildOptions {
  readonly group: number;
  readonly snapshot: Uint8Array | null;
  /** Left void in front of every session's next message. */
  readonly voidSeqs: number;
  /** Added to epochs and versions. */
  readonly counters: number;
}

/**
 * The state of a group as far as Postgres knows it: its newest snapshot, and on top what was archived after it, as the
 * commands that it once was. Null: there is nothing of it.
 */
export async function rebuildGroup(
  source: ArchiveSource,
  { group, snapshot, voidSeqs, counters }: RebuildOptions,
): Promise<RebuiltGroup | null> {
  const machine = new ConversationMachine(ignored, ignored);
  if (snapshot !== null) machine.restore(snapshot);
  const { state } = machine;
  const rows = await source.sessionsOf(group);
  if (rows.length === 0 && snapshot === null) return null;
  const sessionsInSnapshot = state.sessions.size + coldStats(state).sessions;
  const created = rows.filter(({ id }) => !state.sessions.has(id) && !isCold(state, id));
  for (const row of created) createFrom(state, row);
  const living = rows.filter(({ status }) => status !== 'erased');
  for (const row of rows) if (row.status === 'erased') eraseAgain(state, row);
  const notWoken = await wakeAdvanced(state, living, source);
  const merge = new Merge(state, notWoken);
  await merge.findGaps(source);
  await merge.run(source);
  for (const row of living) finish(state, row);
  const rowVersions = new Map(rows.map(({ id, version }) => [id, version]));
  leaveGaps(state, { voidSeqs, counters, rowVersions });
  return {
    data: machine.snapshot(),
    sessionsInSnapshot,
    sessionsFromRows: created.length,
    messagesMerged: merge.merged,
    sessionsWithGaps: [...merge.gaps],
  };
}

function createFrom(state: GroupState, row: ArchivedSession): void {
  perform(state, {
    type: 'create-session',
    sessionId: row.id,
    userId: row.userId,
    agentId: row.agentId,
    metadata: new TextEncoder().encode(row.metadata),
    timeMs: row.insertedAtMs,
  });
}

/** The snapshot may be older: what a user had erased must not come back with it. */
function eraseAgain(state: GroupState, { id, insertedAtMs }: ArchivedSession): void {
  perform(state, { type: 'erase-session', sessionId: id, timeMs: insertedAtMs });
}

/**
 * Sessions that were out of memory in the snapshot and went on after it are brought back as they left memory the last time;
 * all others stay where they are. The answer names those that Postgres has no fitting state of.
 */
async function wakeAdvanced(
  state: GroupState,
  rows: readonly ArchivedSession[],
  source: ArchiveSource,
): Promise<readonly string[]> {
  const lost: string[] = [];
  const cold = rows.flatMap((row) => {
    const head = isCold(state, row.id) ? findHead(state, row.id) : null;
    return head === null ? [] : [{ row, head }];
  });
  for (let from = 0; from < cold.length; from += SESSIONS_PER_TURN) {
    const some = cold.slice(from, from + SESSIONS_PER_TURN);
    const newer = new Set(
      await source.withNewerMessages(some.map(({ head }) => ({ id: head.id, seq: head.lastSeq }))),
    );
    for (const { row, head } of some)
      if (row.version > head.version || newer.has(head.id))
        if (!wake(state, await source.sessionState(head.id), head.inboxVersion)) lost.push(head.id);
  }
  return lost;
}

/** False: there is nothing to bring back. */
function wake(state: GroupState, archived: SessionSnapshot | null, inboxVersion: number): boolean {
  if (archived === null) return false;
  if (archived.inboxVersion > inboxVersion) {
    adoptSession(state, archived);
    return true;
  }
  const { reply } = apply(state, { type: 'hydrate-session', session: archived, timeMs: 0 });
  return reply.type === 'session';
}

class Merge {
  readonly #state: GroupState;
  merged = 0;
  readonly gaps: Set<string>;

  constructor(state: GroupState, gaps: readonly string[]) {
    this.#state = state;
    this.gaps = new Set(gaps);
  }

  #turns(): readonly (readonly string[])[] {
    const ids = [...this.#state.sessions.values()]
      .filter(({ status }) => status !== 'erased')
      .sort((a, b) => (a.userId < b.userId ? -1 : a.userId > b.userId ? 1 : 0))
      .map(({ id }) => id);
    const turns: string[][] = [];
    for (let from = 0; from < ids.length; from += SESSIONS_PER_TURN)
      turns.push(ids.slice(from, from + SESSIONS_PER_TURN));
    return turns;
  }

  /** What the snapshot's watermarks promise, and Postgres does not hold. */
  async findGaps(source: ArchiveSource): Promise<void> {
    for (const ids of this.#turns()) {
      const promised = ids.map((id) => ({ id, seq: this.#session(id).flushedSeq }));
      const counts = await source.countMessages(promised);
      for (const { id, seq } of promised) if ((counts.get(id) ?? 0) < seq) this.gaps.add(id);
    }
  }

  async run(source: ArchiveSource): Promise<void> {
    for (const ids of this.#turns()) {
      const wanted = ids.map((id) => ({ id, seq: this.#session(id).lastSeq }));
      const touched = new Set<string>();
      for await (const page of source.messagesAfter(wanted)) {
        for (const message of page) if (this.#append(message)) touched.add(message.sessionId);
        // They are in Postgres; memory need not keep more of them than usual.
        this.#flushed(touched);
      }
      for (const id of touched) this.#endAnsweredWork(id);
    }
  }

  #session(id: string) {
    const session = this.#state.sessions.get(id);
    if (session === undefined) throw new Error(`there is no session ${id}`);
    return session;
  }

  /** False: a message before it is missing. */
  #append(message: Message): boolean {
    const { sessionId, seq, sender, id, kind, payload, insertedAtMs } = message;
    const { lastSeq } = this.#session(sessionId);
    if (seq !== lastSeq + 1) {
      this.gaps.add(sessionId);
      return false;
    }
    // A reply ends the work that continued its message, so that what it asks itself is taken.
    if (sender.type === 'agent' && isDecided(this.#session(sessionId))) this.#endWork(sessionId);
    const command = {
      type: 'append-message',
      sessionId,
      sender,
      clientMessageId: `restored ${id}`,
      message: { id, kind, payload, ...describedFrom(sender, { id, kind, payload }) },
      debounceMs: 0,
      whileAnswering: 'queue',
      held: null,
      timeMs: insertedAtMs,
    } as const;
    const { reply } = apply(this.#state, command);
    // A response to what the archive does not have is a message like any other.
    if (reply.type === 'refused') {
      const { response: _undecided, ...message } = command.message;
      perform(this.#state, { ...command, message });
    }
    this.merged += 1;
    return true;
  }

  #flushed(ids: ReadonlySet<string>): void {
    const watermarks = [...ids].map((sessionId) => {
      const { lastSeq, flushedVersion } = this.#session(sessionId);
      return { sessionId, seq: lastSeq, sessionVersion: flushedVersion };
    });
    perform(this.#state, { type: 'mark-flushed', mark: 0, watermarks, timeMs: 0 });
  }

  /** The answer was archived as a message like any other: what it answered must not be answered again. */
  #endAnsweredWork(sessionId: string): void {
    const { lastSeq, lastUserSeq } = this.#session(sessionId);
    // Behind the newest message that is work there is a reply, and decisions at most that leave others open.
    const isAnswered = lastSeq > lastUserSeq;
    if (isAnswered) this.#endWork(sessionId);
  }

  #endWork(sessionId: string): void {
    for (let stops = 0; stops < STOPS_MAX; stops += 1) {
      const { dispatch, updatedAtMs } = this.#session(sessionId);
      if (dispatch.status === 'idle' || dispatch.status === 'failed') return;
      const { epoch } = dispatch;
      perform(this.#state, {
        type: 'stop-dispatch',
        sessionId,
        epoch,
        partial: null,
        timeMs: updatedAtMs,
      });
    }
  }
}

/** What a row says beside its messages. */
function finish(state: GroupState, row: ArchivedSession): void {
  const session = state.sessions.get(row.id);
  if (session === undefined) return;
  const { userId, lastSeq, updatedAtMs } = session;
  perform(state, {
    type: 'mark-read',
    sessionId: row.id,
    userId,
    lastSeq: Math.min(lastSeq, row.lastReadSeq),
    timeMs: updatedAtMs,
  });
  if (row.status === 'archived' && session.status === 'active')
    perform(state, { type: 'archive-session', sessionId: row.id, timeMs: updatedAtMs });
}

/** What the edge made of a message beside its payload. */
function describedFrom(
  { type }: Message['sender'],
  { id, kind, payload }: Pick<Message, 'id' | 'kind' | 'payload'>,
): Omit<NewMessage, 'id' | 'kind' | 'payload'> {
  const { content, metadata } = JSON.parse(new TextDecoder().decode(payload));
  const described = { id, kind, content, metadata };
  return {
    preview: previewOf(kind, content),
    ...(type === 'user' ? responseIn(described) : requestsIn(described)),
  };
}

function isDecided(session: Session): boolean {
  const requests = openRequests(session);
  return requests !== null && requests.decidedSeq > 0;
}

function perform(state: GroupState, command: Command): void {
  const { reply } = apply(state, command);
  if (reply.type === 'refused')
    throw new Error(`${command.type} can't be restored: ${reply.detail}`);
}
