// @vitest-environment happy-dom
import type { InboxEntry } from '@fleetlm/client';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { writeDraft } from '@/common/drafts.ts';
import { InboxRow } from './inbox-row.tsx';
import { inboxEntry } from './testing/inbox-entry.ts';

afterEach(() => {
  cleanup();
  localStorage.clear();
});

function draw(over: Partial<InboxEntry>, isCurrent = false): string {
  render(<InboxRow entry={inboxEntry('7f-1', over)} userId="alice" isCurrent={isCurrent} />);
  return screen.getByRole('link').textContent;
}

const LAST = {
  sender_id: 'ava',
  kind: 'assistant',
  preview: 'Shall I send **it**?',
  inserted_at: '2026-11-23T12:00:00.000Z',
};

test('a conversation is called by its name, with its agent beside what was said last', () => {
  const text = draw({ title: 'A mail to Bob', last_message: LAST });
  expect(text).toContain('A mail to Bob');
  expect(text).toContain('Ava · Shall I send it?');
  expect(document.querySelector('[aria-hidden]')?.textContent).toBe('A');
});

test('without a name it is called by its agent, once', () => {
  const text = draw({ last_message: LAST });
  expect(text.match(/Ava/g)).toHaveLength(1);
});

test.each([
  ['Needs approval', { awaits_user: true }],
  ['Failed', { status: 'failed' }],
  ['Failed', { status: 'failed', awaits_user: true }],
])('a badge says %s', (badge, over) => expect(draw(over)).toContain(badge));

test('words that were not sent are a draft, unless the conversation is open', () => {
  writeDraft('alice', '7f-1', 'Dear Bob');
  expect(draw({})).toMatch(/Dear Bob.*Draft/);
  cleanup();
  expect(draw({}, true)).not.toContain('Draft');
});

test('an archived conversation asks for nothing', () => {
  expect(draw({ status: 'archived', awaits_user: true })).not.toContain('Needs approval');
});

test('a pin is seen and read', () => {
  draw({ pinned: true });
  expect(screen.getByLabelText('Pinned')).toBeTruthy();
});
