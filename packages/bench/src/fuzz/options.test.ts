import { expect, test } from 'vitest';
import { parseFuzzOptions } from './options.ts';

test('what is left out has a default, and a seed is drawn', () => {
  const options = parseFuzzOptions([]);
  expect(options).toMatchObject({ minutes: 3, groups: 256, isSmoke: false, replay: [] });
  expect(options.edges).toEqual(['rest', 'http', 'mesh', 'peer', 'socket', 'webhook', 'pages']);
  expect(Number.isInteger(options.seed)).toBe(true);
});

test('a smoke is smaller, and can be made longer', () => {
  expect(parseFuzzOptions(['--smoke'])).toMatchObject({ minutes: 0.5, groups: 32 });
  expect(parseFuzzOptions(['--smoke', '--minutes', '5', '--seed', '7'])).toMatchObject({
    minutes: 5,
    seed: 7,
  });
});

test.each([
  [['--minutes', 'x'], '--minutes'],
  [['--seed', '-1'], '--seed'],
  [['--groups', '0'], '--groups'],
  [['--groups', '257'], '--groups'],
  [['--edges', 'rest,nowhere'], 'nowhere'],
])('%s is refused, and the error names it', (args, name) => {
  expect(() => parseFuzzOptions(args)).toThrow(name);
});
