// @vitest-environment happy-dom
import type { ContextAnswer } from '@fleetlm/protocol';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { ContextView } from './context-view.tsx';

const { saveOverrides, putSummary } = vi.hoisted(() => ({
  saveOverrides: vi.fn(),
  putSummary: vi.fn(),
}));
vi.mock('./actions.ts', () => ({ saveOverrides, putSummary }));
afterEach(cleanup);

const SESSION = '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ';
const CONTEXT: ContextAnswer = {
  messages: [
    {
      id: '01900000-0000-7000-8000-000000000001',
      role: 'user',
      parts: [{ type: 'text', text: 'Hello' }],
      seq: 3,
      sender_id: 'ann',
      kind: 'text',
      content: {},
      metadata: {},
      inserted_at: '2026-11-30T12:00:00.000Z',
    },
  ],
  tokens: 1_200,
  truncated: true,
  compacted_through_seq: null,
  token_budget: 4_000,
  overrides: {
    message_history_mode: null,
    message_history_limit: null,
    message_history_parts: null,
    token_budget: 4_000,
  },
  omitted: 0,
};

test('shows what the agent would be sent, and saves what this conversation has in place of its settings', async () => {
  saveOverrides.mockResolvedValue({ ok: true, value: { ...CONTEXT, truncated: false } });
  render(<ContextView sessionId={SESSION} context={CONTEXT} />);
  expect(screen.getByText(/1 messages, about 1,200 of 4,000 tokens/).textContent).toContain(
    'Older messages are left out.',
  );
  expect(screen.getByText('Hello')).toBeTruthy();
  fireEvent.change(screen.getByLabelText('What of a message'), { target: { value: 'text' } });
  fireEvent.change(screen.getByLabelText('Token budget'), { target: { value: '' } });
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await vi.waitFor(() =>
    expect(saveOverrides).toHaveBeenCalledWith(SESSION, {
      message_history_mode: null,
      message_history_parts: 'text',
      message_history_limit: null,
      token_budget: null,
    }),
  );
  await expect.poll(() => screen.queryByText(/Older messages are left out/)).toBeNull();
});

test('a summary that is refused stays in its field, with the reason', async () => {
  const problem = {
    status: 422,
    code: 'invalid_request',
    detail: 'There is no message 9.',
    errors: [],
  };
  putSummary.mockResolvedValue({ ok: false, problem });
  render(<ContextView sessionId={SESSION} context={CONTEXT} />);
  fireEvent.change(screen.getByLabelText('Up to message #'), { target: { value: '9' } });
  const field = screen.getByLabelText<HTMLTextAreaElement>('What the agent is sent instead');
  fireEvent.change(field, { target: { value: 'They said hello.' } });
  fireEvent.click(screen.getByRole('button', { name: 'Put in place' }));
  expect((await screen.findByRole('alert')).textContent).toBe('There is no message 9.');
  expect(putSummary).toHaveBeenCalledWith(SESSION, { through_seq: 9, summary: 'They said hello.' });
  expect(field.value).toBe('They said hello.');
});
