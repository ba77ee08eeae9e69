import { newToolAnswers } from '@fleetlm/protocol/thread';
import { expect, test } from 'vitest';
import { refusals } from '../refusals.ts';
import { chatEntryOf } from './chat-entry.ts';

const ASKING = {
  type: 'tool-mail',
  toolCallId: 'c1',
  state: 'approval-requested',
  input: {},
  approval: { id: 'ask' },
} as const;
const DECIDED = {
  ...ASKING,
  state: 'approval-responded',
  approval: { id: 'ask', approved: true },
} as const;
const DONE = { ...DECIDED, state: 'output-available', output: 'sent' } as const;

const sent = (part: object) => ({
  id: 'chat',
  trigger: 'submit-message' as const,
  messages: [{ id: 'm1', role: 'assistant' as const, parts: [{ type: 'tool-mail', ...part }] }],
});
const thread = (part: typeof ASKING | typeof DECIDED | typeof DONE) => [
  { id: 'm1', role: 'assistant' as const, parts: [part] },
];

test('a page that sends its last message again and again by itself (`sendAutomaticallyWhen`) makes one entry', () => {
  const entry = chatEntryOf(sent(DECIDED), thread(ASKING), refusals());
  expect(entry).toMatchObject({
    kind: 'tool-response',
    content: { message_id: 'm1', ...newToolAnswers([ASKING], [DECIDED]) },
  });
  // Decided, and then done: nothing new is said, so no agent is called and the page stops.
  for (const own of [DECIDED, DONE])
    for (const copy of [DECIDED, DONE])
      expect(() => chatEntryOf(sent(copy), thread(own), refusals())).toThrow(
        'no tool call of that message waits for what was answered',
      );
});
