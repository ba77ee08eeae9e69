// @vitest-environment happy-dom
import type { Message } from '@fleetlm/client';
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { MessageLine } from './message-line.tsx';

afterEach(cleanup);

function draw(fields: Partial<Message>, isOwn: boolean): string {
  const message: Message = {
    id: 'm1',
    session_id: 's',
    seq: 1,
    sender_id: 'someone',
    kind: 'text',
    content: {},
    metadata: {},
    inserted_at: '2026-11-23T12:00:00.000Z',
    ...fields,
  };
  const { container } = render(
    <MessageLine
      message={message}
      earlier={[]}
      isOwn={isOwn}
      isLast={false}
      isTakenUp={false}
      agentName="Ava"
      total={1}
    />,
  );
  return container.textContent ?? '';
}

test.each([true, false])('content that is no text is shown as it is, own: %s', (isOwn) => {
  expect(draw({ content: { text: 5 } }, isOwn)).toMatch(/No text to show.*"text": 5/s);
});

test('a reply that ended with an error shows what it had written and what the agent said of it', () => {
  const drawn = draw(
    {
      kind: 'assistant',
      content: { parts: [{ type: 'text', text: 'Half of an' }] },
      metadata: { epoch: 1, termination: 'error', error: 'The model is overloaded.' },
    },
    false,
  );
  expect(drawn).toContain('Half of an');
  expect(drawn).toContain('Interrupted: The model is overloaded.');
  expect(
    draw({ kind: 'assistant', metadata: { epoch: 1, termination: 'error' } }, false),
  ).toContain('Interrupted');
});

test('one\u2019s own text has the direction of its lines', () => {
  const drawn = draw({ content: { text: 'שלום' } }, true);
  expect(drawn).toContain('שלום');
  expect(document.querySelector('p[dir=auto]')?.textContent).toBe('שלום');
});
