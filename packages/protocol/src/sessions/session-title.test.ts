import { expect, test } from 'vitest';
import { AUTOMATIC_TITLE_LENGTH_MAX } from '../limits.ts';
import { automaticTitle, titleInChunk, withAutomaticTitle } from './session-title.ts';

test.each([
  ['How do I move\n\t a group?', 'How do I move a group?'],
  ['   ', ''],
  ['x'.repeat(AUTOMATIC_TITLE_LENGTH_MAX), 'x'.repeat(AUTOMATIC_TITLE_LENGTH_MAX)],
  ['x'.repeat(AUTOMATIC_TITLE_LENGTH_MAX + 1), `${'x'.repeat(AUTOMATIC_TITLE_LENGTH_MAX - 1)}…`],
  [
    'Please compare the three offers of our suppliers and tell me which one is the cheapest',
    'Please compare the three offers of our suppliers and tell…',
  ],
])('the title of %j is %j', (text, title) => expect(automaticTitle(text)).toBe(title));

test('a title is never longer than its limit, and never ends within a character', () => {
  for (let length = 1; length < 200; length += 1) {
    const title = automaticTitle(`${'a'.repeat(length)}${'😀'.repeat(100)}`);
    expect(title.length).toBeLessThanOrEqual(AUTOMATIC_TITLE_LENGTH_MAX);
    expect(title.isWellFormed()).toBe(true);
  }
});

test('a megabyte of blanks takes no longer than its beginning', () => {
  const startedAt = performance.now();
  automaticTitle(' '.repeat(1024 * 1024));
  expect(performance.now() - startedAt).toBeLessThan(100);
});

test.each([
  [{ type: 'data-title', data: 'Refund of order 7' }, 'Refund of order 7'],
  [{ type: 'data-title', data: { title: ' Refund ' } }, 'Refund'],
  [{ type: 'data-title', data: '' }, null],
  [{ type: 'data-title', data: 7 }, null],
  [{ type: 'data-title', data: null }, null],
  [{ type: 'data-title' }, null],
  [{ type: 'data-other', data: 'Refund' }, null],
])('the chunk %j gives the title %j', (chunk, title) => expect(titleInChunk(chunk)).toBe(title));

test('a title of a person stays, one that was made is replaced by the agent, and the rest of the metadata stays', () => {
  const rest = { team: 7 };
  const first = withAutomaticTitle(rest, 'Hello', 'first_message');
  expect(first).toEqual({ team: 7, title: 'Hello', title_source: 'first_message' });
  const given = withAutomaticTitle(first ?? {}, 'Greetings', 'agent');
  expect(given).toEqual({ team: 7, title: 'Greetings', title_source: 'agent' });
  expect(withAutomaticTitle(given ?? {}, 'Other', 'agent')).toMatchObject({ title: 'Other' });
  expect(withAutomaticTitle(given ?? {}, 'Greetings', 'agent')).toBeNull();
  expect(withAutomaticTitle(given ?? {}, 'Later', 'first_message')).toBeNull();
  expect(withAutomaticTitle({ title: 'Mine' }, 'Other', 'agent')).toBeNull();
  expect(withAutomaticTitle({ title: '' }, 'Other', 'agent')).toMatchObject({ title: 'Other' });
});
