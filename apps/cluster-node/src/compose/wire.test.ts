import { expect, test } from 'vitest';
import { Wire } from './wire.ts';

test('passes calls on once it is connected, and to one target only', () => {
  const wire = new Wire<string, number>('a wire');
  expect(() => wire.call('early', 0)).toThrow('a wire was called before it was connected');
  const calls: string[] = [];
  wire.connect((text, count) => calls.push(`${text} ${count}`));
  wire.call('late', 1);
  expect(calls).toEqual(['late 1']);
  expect(() => wire.connect(() => undefined)).toThrow('a wire is connected already');
});
