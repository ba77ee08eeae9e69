import { type Answer, AnswerError } from '@fleetlm/agent';
import { calculate, findCalculation } from './calculate.ts';
import { proposeMail } from './mail.ts';
import { speak, wait } from './pace.ts';
import { STORY } from './story.ts';
import { findTopic, HELP } from './topics.ts';

/** Answers one message of a person. Deterministic: the same question has the same answer. */
export async function reply(answer: Answer, text: string, signal: AbortSignal): Promise<void> {
  const lower = text.toLowerCase();
  const say = (markdown: string): Promise<void> => speak(answer, markdown, signal);
  if (lower.includes('help')) return say(HELP);
  if (lower.includes('story')) return say(STORY);
  if (lower.includes('break off')) {
    await say('I begin, and then ');
    throw new AnswerError('I was asked to break off');
  }
  if (lower.includes('be slow')) {
    await wait(5000, signal);
    return say('That took a while. Thank you for waiting.');
  }
  if (lower.includes('mail')) return proposeMail(answer, text, signal);
  const sum = findCalculation(text);
  if (sum !== null) {
    await say('Let me work that out.\n\n');
    const result = await answer.tool('calculator', sum, () => calculate(sum));
    return say(`${sum.a} ${sum.operator} ${sum.b} = **${result}**`);
  }
  if (lower.includes('think')) {
    await answer.reasoning(['The person ', 'wants to see ', 'how thinking looks. ', 'So I think.']);
    return say('I have thought about it. What you see folded above is what went through my mind.');
  }
  const topic = findTopic(text);
  if (topic !== null) return say(topic.answer);
  return say(
    `You said: "${text.slice(0, 200)}". I know about FleetLM only. Ask me for **help** to see what I can tell you.`,
  );
}
