import type { Termination } from '@fleetlm/protocol';
import { textOfParts } from '@fleetlm/protocol/ui-stream';
import type { NewMessage } from '../../ports.ts';
import { answerOf, type CheckpointedAnswer } from './answer-checkpoint.ts';
import type { Attempt } from './attempt.ts';

const NO_TIMES = { latencyMs: 0, timeToFirstTokenMs: null, prices: null };

/**
 * What is kept of an answer that does not end by itself: what this attempt streamed, or what an earlier one of the epoch had
 * streamed, whichever is longer on screens. Null: neither has content.
 */
export function keptPartial(
  attempt: Attempt | null,
  checkpoint: CheckpointedAnswer | null,
  epoch: number,
  termination: Termination,
): NewMessage | null {
  const own = attempt?.epoch === epoch && attempt.answer.hasContent ? attempt : null;
  const earlier = checkpoint === null ? null : answerOf(checkpoint);
  if (earlier?.hasContent !== true) return own?.sealed(termination) ?? null;
  if (own !== null && lengthOf(own.answer) >= lengthOf(earlier)) return own.sealed(termination);
  return earlier.toMessage(epoch, termination, NO_TIMES);
}

function lengthOf({ message }: Attempt['answer']): number {
  return textOfParts(message.parts).length;
}
