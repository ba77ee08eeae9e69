import type { AgentCall, Answer } from '@fleetlm/agent';
import { speak } from './pace.ts';

type Part = Readonly<Record<string, unknown>>;

const RECIPIENT = 'bob@example.org';

/** Would send a mail, and asks whether it may. */
export async function proposeMail(
  answer: Answer,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  await speak(answer, 'I can send this for you. ', signal);
  await answer.requestApproval('sendMail', { to: RECIPIENT, text: text.slice(0, 200) });
}

/** Tool calls of the newest message that a person has decided about. */
export function decidedParts({ messages }: Pick<AgentCall, 'messages'>): readonly Part[] {
  const { parts } = messages.at(-1) ?? { parts: [] };
  return parts.filter((part: Part) => part.state === 'approval-responded');
}

/** Goes on with what was decided. No mail leaves: it is a demo. */
export async function afterDecision(
  answer: Answer,
  decided: readonly Part[],
  signal: AbortSignal,
): Promise<void> {
  for (const part of decided) {
    const sent = await answer.afterApproval(part, () => ({ sent: true, to: RECIPIENT }));
    await speak(answer, sent === null ? 'Then I leave it.' : `Sent to ${RECIPIENT}.`, signal);
  }
}
