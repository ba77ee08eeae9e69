import type { GroupRecord } from '../group-record.ts';
import { SessionRecord } from '../session/session-record.ts';
import { type AnswerCheckpoint, CHECKPOINT_BYTES_MAX } from '../state.ts';
import { outcomeOf } from './change-session.ts';
import type { Command } from './commands.ts';
import { NO_EFFECTS, noSuchSession, refuse } from './refuse.ts';
import type { Applied } from './results.ts';

/** C83 to C87 of SPEC.md. */
export function applyCheckpoint(
  group: GroupRecord,
  command: Extract<Command, { type: 'checkpoint-answer' }>,
): Applied {
  const session = group.living(command.sessionId);
  if (session === undefined) return noSuchSession(group, command.sessionId);
  const { epoch, attempt, fromIndex, toIndex, chunks } = command;
  const outcome = outcomeOf(session, { type: 'checkpoint', epoch, attempt });
  if ('refusal' in outcome) return refuse(outcome.refusal, outcome.detail);

  const internals = SessionRecord.internals(session);
  const own = internals.checkpoint?.attempt === attempt ? internals.checkpoint : null;
  if (fromIndex !== (own?.index ?? 0))
    return refuse(
      'stale-epoch',
      `the answer is checkpointed up to chunk ${own?.index ?? 0}, not up to ${fromIndex}`,
    );
  const segments = own?.segments ?? [];
  if (bytesOf(segments) + chunks.length > CHECKPOINT_BYTES_MAX)
    return refuse('checkpoint-full', `no more than ${CHECKPOINT_BYTES_MAX} bytes are checkpointed`);
  const checkpoint: AnswerCheckpoint = {
    attempt,
    index: toIndex,
    segments: [...segments, new Uint8Array(chunks)],
  };
  internals.checkpoint = checkpoint;
  return { reply: { type: 'dispatch', dispatch: session.dispatch }, effects: NO_EFFECTS };
}

export function bytesOf(segments: readonly Uint8Array[]): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}
