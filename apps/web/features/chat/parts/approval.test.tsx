// @vitest-environment happy-dom
import type { ToolPart } from '@fleetlm/client';
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { DENIAL_REASON_LENGTH_MAX } from '@/common/limits.ts';
import { type ConversationActions, ConversationActionsProvider } from '../conversation-actions.tsx';
import { MessageParts } from './message-parts.tsx';

afterEach(cleanup);

const ask = (id: string, toolName: string, input: object): ToolPart => ({
  type: `tool-${toolName}`,
  toolCallId: `call-${id}`,
  state: 'approval-requested',
  input,
  approval: { id },
});
const MAIL = ask('p1', 'sendMail', { recipientAddress: 'bob@example.org', copies: 2 });
const PAY = ask('p2', 'pay', { amount: 40 });

function draw(parts: readonly ToolPart[], over: Partial<ConversationActions> = {}) {
  const decide = vi.fn(() => true);
  const actions: ConversationActions = {
    canChange: true,
    answerableId: 'm1',
    regenerate: () => undefined,
    beginEdit: () => undefined,
    decide,
    ...over,
  };
  render(
    <ConversationActionsProvider value={actions}>
      <MessageParts parts={parts} isStreaming={false} messageId="m1" />
    </ConversationActionsProvider>,
  );
  return decide;
}

const card = (name: string) => within(screen.getByRole('region', { name: `Approval of ${name}` }));

test('what a tool would do is shown by its fields, and as JSON on demand', () => {
  draw([MAIL]);
  const mail = card('Send mail');
  expect(mail.getByText('Recipient address').nextSibling?.textContent).toBe('bob@example.org');
  fireEvent.click(mail.getByRole('button', { name: 'Show raw' }));
  expect(mail.getByText(/"recipientAddress": "bob@example.org"/)).toBeTruthy();
});

test('allowing sends one decision', () => {
  const decide = draw([MAIL]);
  fireEvent.click(screen.getByRole('button', { name: 'Allow' }));
  expect(decide).toHaveBeenCalledWith('m1', [{ approvalId: 'p1', isApproved: true }]);
});

test('denying asks for a reason, which goes to the agent', () => {
  const decide = draw([MAIL]);
  fireEvent.click(screen.getByRole('button', { name: 'Deny…' }));
  expect(decide).not.toHaveBeenCalled();
  const reason = screen.getByLabelText<HTMLInputElement>('Reason (optional)');
  expect(reason.maxLength).toBe(DENIAL_REASON_LENGTH_MAX);
  fireEvent.change(reason, { target: { value: ' Bob has left. ' } });
  fireEvent.click(screen.getByRole('button', { name: 'Deny' }));
  expect(decide).toHaveBeenCalledWith('m1', [
    { approvalId: 'p1', isApproved: false, reason: 'Bob has left.' },
  ]);
});

test('all approvals of a message stand on one card, and can be allowed together', () => {
  const decide = draw([MAIL, { ...MAIL, toolCallId: 'done', state: 'output-available' }, PAY]);
  expect(screen.getByText('2 actions need your approval')).toBeTruthy();
  expect(card('Pay').getByText('Amount').nextSibling?.textContent).toBe('40');
  fireEvent.click(screen.getByRole('button', { name: 'Allow all 2' }));
  expect(decide).toHaveBeenCalledWith('m1', [
    { approvalId: 'p1', isApproved: true },
    { approvalId: 'p2', isApproved: true },
  ]);
});

test('while one of several is undecided only that one can be decided', () => {
  const decided = { id: 'p1', approved: false, reason: 'Bob has left.' };
  draw([{ ...MAIL, state: 'approval-responded', approval: decided }, PAY]);
  expect(screen.queryByRole('region', { name: 'Approval of Send mail' })).toBeNull();
  expect(screen.getByText('denied')).toBeTruthy();
  expect(screen.getByText('Bob has left.')).toBeTruthy();
  expect(card('Pay').getByRole('button', { name: 'Allow' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: /^Allow all/ })).toBeNull();
});

test('a request that was overtaken says so and takes no decision', () => {
  draw([MAIL], { answerableId: null });
  expect(screen.getByText(/the conversation has moved on/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Allow' })).toBeNull();
});
