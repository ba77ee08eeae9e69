// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { NuqsTestingAdapter } from 'nuqs/adapters/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readDraft } from '@/common/drafts.ts';
import { COMPOSED_TEXT_BYTES_MAX } from '@/common/limits.ts';
import type { AgentChoice } from './agents-found.ts';
import { StartForm } from './start-conversation.tsx';

const held = vi.hoisted(() => ({
  add: vi.fn(() => ({ ok: true })),
  push: vi.fn(),
  startConversation: vi.fn(),
  entries: [] as object[],
}));
vi.mock('@fleetlm/client/react', () => ({
  useFleetClient: () => ({ userId: 'alice', outbox: { add: held.add } }),
  useInbox: () => ({ entries: held.entries }),
}));
vi.mock('next/navigation', () => ({ useRouter: () => ({ push: held.push }) }));
vi.mock('./queries.ts', () => ({ startConversation: held.startConversation }));

beforeEach(() => {
  held.startConversation.mockResolvedValue('7f-1');
  held.entries = [];
});
afterEach(() => {
  cleanup();
  localStorage.clear();
  vi.clearAllMocks();
});

const AGENTS: readonly AgentChoice[] = [
  { id: 'ava', name: 'Ava', description: 'Answers questions about orders.', suggested_prompts: [] },
  {
    id: 'bot',
    name: 'Bot',
    description: null,
    suggested_prompts: ['Where is my order?', 'I want my money back.'],
  },
];

function draw(search = '') {
  render(
    <NuqsTestingAdapter searchParams={search}>
      <StartForm agents={AGENTS} />
    </NuqsTestingAdapter>,
  );
  const field = screen.getByLabelText<HTMLTextAreaElement>(/^First message to/);
  return {
    field,
    type: (value: string) => fireEvent.change(field, { target: { value } }),
    enter: () => fireEvent.keyDown(field, { key: 'Enter' }),
  };
}

test('writing starts a conversation, which is called by its first message and sends it', async () => {
  const { type, enter } = draw();
  type(' **Where** is my order? ');
  enter();
  await vi.waitFor(() => expect(held.push).toHaveBeenCalledWith('/inbox/7f-1'));
  expect(held.startConversation).toHaveBeenCalledWith(
    'ava',
    expect.stringMatching(/\.ava$/),
    'Where is my order?',
  );
  expect(held.add).toHaveBeenCalledWith('7f-1', 'text', { text: '**Where** is my order?' });
});

test('the agent of the newest conversation comes first, and the address may name another one', () => {
  held.entries = [{ agent_id: 'bot' }];
  draw();
  expect(screen.getByLabelText('First message to Bot')).toBeTruthy();
  cleanup();
  draw('?agent=ava');
  expect(screen.getByLabelText('First message to Ava')).toBeTruthy();
  expect(screen.getByText('Answers questions about orders.')).toBeTruthy();
});

test('a suggested prompt is put into the field, to be changed or sent', () => {
  const { field } = draw('?agent=bot');
  fireEvent.click(screen.getByRole('button', { name: 'I want my money back.' }));
  expect(field.value).toBe('I want my money back.');
  expect(document.activeElement).toBe(field);
  expect(held.startConversation).not.toHaveBeenCalled();
});

test('what could not be started says why and keeps the words, also over a reload', async () => {
  held.startConversation.mockRejectedValue(new Error('The web app can’t be reached now.'));
  const { field, type, enter } = draw();
  type('Are you there?');
  enter();
  expect((await screen.findByRole('alert')).textContent).toContain('can’t be reached');
  expect(field.value).toBe('Are you there?');
  expect(held.add).not.toHaveBeenCalled();
  cleanup();
  expect(draw().field.value).toBe('Are you there?');
});

test('the same message tried again starts the same conversation, another one does not', async () => {
  held.startConversation.mockRejectedValueOnce(new Error('No answer.'));
  held.startConversation.mockRejectedValueOnce(new Error('No answer.'));
  const { type, enter } = draw();
  const keys = () => held.startConversation.mock.calls.map(([, key]) => String(key));
  type('Hello');
  enter();
  await expect.poll(() => keys().length).toBe(1);
  await screen.findByRole('alert');
  enter();
  await expect.poll(() => keys().length).toBe(2);
  await screen.findByRole('alert');
  type('Good day');
  enter();
  await expect.poll(() => keys().length).toBe(3);
  const [first, again, other] = keys();
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test('words that could not be queued stay with their conversation as a draft', async () => {
  held.add.mockReturnValueOnce({ ok: false });
  const { type, enter } = draw();
  type('Hello');
  enter();
  await vi.waitFor(() => expect(held.push).toHaveBeenCalled());
  expect(readDraft('alice', '7f-1')).toBe('Hello');
});

test('what is too long for one message is not sent', () => {
  const { type, enter } = draw();
  type('x'.repeat(COMPOSED_TEXT_BYTES_MAX));
  expect(screen.getByRole('alert').textContent).toContain('too long');
  enter();
  expect(held.startConversation).not.toHaveBeenCalled();
});
