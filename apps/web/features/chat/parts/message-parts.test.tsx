// @vitest-environment happy-dom
import type { UiPart } from '@fleetlm/client';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { SHOWN_LENGTH_MAX, SHOWN_PARTS_MAX } from '../markdown/text-bounds.ts';
import { MessageParts } from './message-parts.tsx';

afterEach(cleanup);

function draw(parts: readonly UiPart[]): number {
  const { container } = render(<MessageParts parts={parts} isStreaming={false} messageId={null} />);
  return container.textContent.length;
}

const text = (words: string): UiPart => ({ type: 'text', text: words, state: 'done' });

test.each([
  ['a line of a megabyte', 'x'.repeat(1024 * 1024)],
  ['a hundred thousand lines', 'line\n'.repeat(100_000)],
  ['quotes in quotes, ten thousand deep', `${'> '.repeat(10_000)}deep`],
])('%s is shown in part, and whole when it is asked for', (_, words) => {
  expect(draw([text(words)])).toBeLessThan(SHOWN_LENGTH_MAX + 100);
  fireEvent.click(screen.getByRole('button', { name: /^Show all/ }));
  expect(document.body.textContent).toContain(words.slice(-100).trim());
});

test('of five thousand parts the newest are shown, and more of the others when they are asked for', () => {
  draw(Array.from({ length: 5_000 }, (_, at) => text(`part ${at}`)));
  expect(screen.getAllByText(/^part \d+$/)).toHaveLength(SHOWN_PARTS_MAX);
  expect(screen.getByText('part 4999')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Show more of 4900 earlier parts' }));
  expect(screen.getAllByText(/^part \d+$/)).toHaveLength(2 * SHOWN_PARTS_MAX);
  expect(screen.getByText('part 4800')).toBeTruthy();
}, 30_000);

test('what is folded away is bounded, too', () => {
  const reasoning: UiPart = { type: 'reasoning', text: 'so '.repeat(300_000), state: 'done' };
  expect(draw([reasoning])).toBeLessThan(SHOWN_LENGTH_MAX + 200);
});
