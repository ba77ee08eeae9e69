import { type Message, type SessionHead, VOID_KIND } from '@fleetlm/conversation';
import { type ArchiveDatabase, failureOf } from '@fleetlm/database';
import { type EventType, groupOfSession, TERMINATIONS, type Termination } from '@fleetlm/protocol';
import type { FailedRun } from '../failed-runs.ts';
import { fieldsOf, storable } from './archive-rows.ts';

/** What may be an event, as the archive is given it; `place` orders those of one statement. */
export interface EventRow {
  readonly place: number;
  readonly group_id: number;
  readonly session_id: string;
  readonly type: EventType;
  readonly ordinal: number;
  readonly user_id: string;
  readonly agent_id: string;
  readonly seq: number | null;
  readonly epoch: number | null;
  readonly termination: Termination | null;
  readonly error: string | null;
  readonly happened_at: string;
}

type EventFields = Pick<EventRow, 'type' | 'ordinal'> &
  Partial<Pick<EventRow, 'seq' | 'epoch' | 'termination' | 'error'>> & { readonly atMs: number };

/** Of a reply; what else an agent sends is no end of a run. */
const REPLY_KIND = 'assistant';

const decoder = new TextDecoder();

/**
 * The candidates of a batch, in the order in which they are to be read: of each session its creation, its messages with the runs that they
 * end and that failed between them, and its end. Postgres decides which of them are new.
 */
export function eventRows(
  sessions: readonly SessionHead[],
  messages: readonly Message[],
  failures: readonly FailedRun[],
  nowMs: number,
): readonly EventRow[] {
  const rows: EventRow[] = [];
  const messagesBySession = Map.groupBy(messages, ({ sessionId }) => sessionId);
  const failuresBySession = Map.groupBy(failures, ({ sessionId }) => sessionId);
  for (const session of sessions) {
    const add = (fields: EventFields): void => {
      rows.push(rowOf(session, fields, rows.length));
    };
    add({ type: 'session.created', ordinal: 0, atMs: session.insertedAtMs });
    const failed = [...(failuresBySession.get(session.id) ?? [])];
    for (const message of messagesBySession.get(session.id) ?? []) {
      while (failed[0] !== undefined && failed[0].atMs < message.insertedAtMs)
        addFailure(add, failed.shift());
      addMessage(add, message);
    }
    for (const run of failed) addFailure(add, run);
    const { status, version } = session;
    // When it ended is not kept: a flush follows within seconds.
    if (status === 'archived') add({ type: 'session.archived', ordinal: version, atMs: nowMs });
    if (status === 'erased') add({ type: 'session.erased', ordinal: version, atMs: nowMs });
  }
  return rows;
}

function addMessage(add: (fields: EventFields) => void, message: Message): void {
  const { seq, kind, sender, insertedAtMs: atMs, payload } = message;
  if (kind === VOID_KIND) return;
  add({ type: 'message.created', ordinal: seq, seq, atMs });
  if (sender.type !== 'agent' || kind !== REPLY_KIND) return;
  const run = runOf(payload);
  if (run === null) return;
  add({ type: 'run.finished', ordinal: run.epoch, ...run, seq, atMs });
}

function addFailure(add: (fields: EventFields) => void, run: FailedRun | undefined): void {
  if (run === undefined) return;
  const { epoch, error, atMs } = run;
  add({ type: 'run.failed', ordinal: epoch, epoch, error: storable(error), atMs });
}

/** What a reply says of its run; null: a message that the agent sent by itself. */
function runOf(
  payload: Uint8Array,
): { readonly epoch: number; readonly termination: Termination } | null {
  const { metadata } = fieldsOf(JSON.parse(decoder.decode(payload)));
  const { epoch, termination } = fieldsOf(metadata);
  const known = TERMINATIONS.find((one) => one === termination);
  return typeof epoch === 'number' &&
    Number.isSafeInteger(epoch) &&
    epoch >= 1 &&
    known !== undefined
    ? { epoch, termination: known }
    : null;
}

function rowOf(session: SessionHead, fields: EventFields, place: number): EventRow {
  const { type, ordinal, seq = null, epoch = null, termination = null, error = null } = fields;
  return {
    place,
    group_id: groupOfSession(session.id) ?? 0,
    session_id: session.id,
    type,
    ordinal,
    user_id: storable(session.userId),
    agent_id: session.agentId,
    seq,
    epoch,
    termination,
    error,
    happened_at: new Date(fields.atMs).toISOString(),
  };
}

/** Rows of one statement: they hold the lock of all events while it runs. */
const ROWS_PER_STATEMENT = 1_000;

/**
 * Appends what is new. What Postgres refuses for what it holds must not keep the archive waiting: it is left out, and `onRefused`
 * is called with the error and how many. Rejects when Postgres is away.
 */
export async function appendEvents(
  database: Pick<ArchiveDatabase, 'query'>,
  rows: readonly EventRow[],
  onRefused: (error: unknown, events: number) => void,
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    const some = rows.slice(from, from + ROWS_PER_STATEMENT);
    try {
      await database.query('SELECT fleetlm_append_events($1::jsonb)', JSON.stringify(some));
    } catch (error) {
      if (failureOf(error) !== 'data') throw error;
      onRefused(error, some.length);
    }
  }
}
