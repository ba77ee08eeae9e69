import { type AnswerCheckpoint, answerCheckpoint, openRequests } from '@fleetlm/conversation';
import { chunkSchema } from '@fleetlm/protocol';
import * as z from 'zod';
import { keyOf } from '../../../tool-requests.ts';
import type { Session } from '../../ports.ts';
import type { Chunk } from '../dispatch-api.ts';
import { CompactChunks } from './compact-chunks.ts';
import { RunningAnswer } from './running-answer.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const segmentSchema = z.array(chunkSchema);

/** The chunks of one piece of an answer, as the log keeps them. */
export function encodeSegment(chunks: readonly Chunk[]): Uint8Array {
  return encoder.encode(JSON.stringify(chunks));
}

/** What the log knows of an answer that is or was being given. */
export interface CheckpointedAnswer {
  /** The attempt that streamed it. */
  readonly attempt: number;
  /** Chunks below it are in here. */
  readonly nextIndex: number;
  readonly chunks: readonly Chunk[];
  /** For the entry in the log. */
  readonly messageId: string;
  /** What users see it as. */
  readonly shownId: string;
}

/** Null: there is no checkpoint of the session's present epoch. Throws for what no version of this node wrote. */
export function checkpointedAnswer(
  session: Session,
  newMessageId: () => string,
): CheckpointedAnswer | null {
  const checkpoint = answerCheckpoint(session);
  if (checkpoint === null) return null;
  const { shownId, ...rest } = decodeCheckpoint(checkpoint);
  // An answer that goes on with a message of the log is an entry of its own.
  return { ...rest, shownId, messageId: isContinued(session, shownId) ? newMessageId() : shownId };
}

/** Whether the work continues the message that is shown under this id. */
function isContinued(session: Session, shownId: string): boolean {
  const requests = openRequests(session);
  return requests !== null && requests.decidedSeq > 0 && requests.names.includes(keyOf(shownId));
}

function decodeCheckpoint({ attempt, index, segments }: AnswerCheckpoint) {
  const all = segments.flatMap((segment) =>
    segmentSchema.parse(JSON.parse(decoder.decode(segment))),
  );
  const { chunks } = new CompactChunks(all, index);
  const shownId = chunks[0]?.messageId;
  if (typeof shownId !== 'string') throw new Error('a checkpoint does not begin with its id');
  return { attempt, nextIndex: index, chunks, shownId };
}

/** The checkpoint put together, to be kept as it stands. */
export function answerOf(checkpoint: CheckpointedAnswer): RunningAnswer {
  const answer = new RunningAnswer(checkpoint.messageId, checkpoint.shownId);
  // Up to the first that exceeds a limit, as the attempt that streamed it would have ended there.
  for (const chunk of checkpoint.chunks) if (!answer.take(chunk).ok) break;
  return answer;
}
