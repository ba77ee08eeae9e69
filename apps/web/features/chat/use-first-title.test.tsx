// @vitest-environment happy-dom
import type { Message, SessionView } from '@fleetlm/client';
import { cleanup, renderHook } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { useFirstTitle } from './use-first-title.ts';

const { nameByFirstMessage } = vi.hoisted(() => ({ nameByFirstMessage: vi.fn() }));
vi.mock('@/features/inbox/index.ts', () => ({ nameByFirstMessage }));

afterEach(() => {
  cleanup();
  nameByFirstMessage.mockReset();
});

const message = (over: Partial<Message> = {}): Message => ({
  id: 'm1',
  session_id: 's',
  seq: 1,
  sender_id: 'alice',
  kind: 'text',
  content: { text: '**How** do I move a group?' },
  metadata: {},
  inserted_at: '2026-11-23T12:00:00.000Z',
  ...over,
});
const READY: SessionView['phase'] = { status: 'ready' };
const UNNAMED = { title: null, isArchived: false };

test('a conversation without a name is called by its first message, once', () => {
  nameByFirstMessage.mockResolvedValue(undefined);
  const view = { messages: [message()], phase: READY };
  const { rerender } = renderHook(() => useFirstTitle('s1', view, UNNAMED, 'alice'));
  rerender();
  expect(nameByFirstMessage.mock.calls).toEqual([['s1', 'How do I move a group?']]);
});

test.each([
  ['it has a name', [message()], { title: 'Mine', isArchived: false }],
  ['it is archived', [message()], { title: null, isArchived: true }],
  ['its first message is not here', [message({ seq: 2 })], UNNAMED],
  ['the agent began it', [message({ sender_id: 'bot' })], UNNAMED],
  ['its first message has no words', [message({ content: { parts: [] } })], UNNAMED],
  ['nothing was said', [], UNNAMED],
])('it is not named when %s', (_, messages, names) => {
  renderHook(() => useFirstTitle('s2', { messages, phase: READY }, names, 'alice'));
  expect(nameByFirstMessage).not.toHaveBeenCalled();
});

test('what failed is tried again when the conversation is opened the next time', async () => {
  nameByFirstMessage.mockRejectedValueOnce(new Error('The web app can’t be reached now.'));
  nameByFirstMessage.mockResolvedValue(undefined);
  const view = { messages: [message()], phase: READY };
  renderHook(() => useFirstTitle('s3', view, UNNAMED, 'alice')).unmount();
  await expect
    .poll(() => {
      renderHook(() => useFirstTitle('s3', view, UNNAMED, 'alice')).unmount();
      return nameByFirstMessage.mock.calls.length;
    })
    .toBe(2);
});
