import { expect, test } from 'vitest';
import { withChange } from './conversation-metadata.ts';

const RESTS = { team: 7 };

test('a name of the person takes the place of a made one, and is no made one any more', () => {
  const made = { ...RESTS, title: 'Hello', title_source: 'first_message' };
  expect(withChange(made, { title: 'Mine' })).toEqual({ ...RESTS, title: 'Mine' });
  expect(withChange(made, { title: '' })).toEqual(RESTS);
});

test('a name that is made of the first message never replaces one', () => {
  expect(withChange(RESTS, { first_title: 'Hello' })).toEqual({
    ...RESTS,
    title: 'Hello',
    title_source: 'first_message',
  });
  const named = { ...RESTS, title: 'Mine' };
  expect(withChange(named, { first_title: 'Hello' })).toBe(named);
});

test('a pin comes and goes, and nothing else of the metadata', () => {
  const pinned = withChange({ ...RESTS, title: 'Mine' }, { pinned: true });
  expect(pinned).toEqual({ ...RESTS, title: 'Mine', pinned: true });
  expect(withChange(pinned, { pinned: false })).toEqual({ ...RESTS, title: 'Mine' });
});
