import { expect, test } from 'vitest';
import { AVATAR_HUES, hueOf, initialsOf } from './initials.ts';

test.each([
  ['Support bot', 'SB'],
  ['ava', 'A'],
  ['  Great   Big Agent ', 'GB'],
  ['👩‍🚀 Astronaut', '👩‍🚀A'],
  ['日本 語', '日語'],
  ['', ''],
])('the initials of %j are %j', (name, initials) => expect(initialsOf(name)).toBe(initials));

test('an id has the same hue every time, and every hue is one of the palette', () => {
  const hues = Array.from({ length: 200 }, (_, at) => hueOf(`agent-${at}`));
  expect(new Set(hues).size).toBe(AVATAR_HUES);
  expect(Math.min(...hues)).toBe(1);
  expect(Math.max(...hues)).toBe(AVATAR_HUES);
  expect(hueOf('agent-7')).toBe(hues[7]);
});
