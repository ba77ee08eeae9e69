import { expect, test } from 'vitest';
import { csvLine } from './csv.ts';

test.each([
  [['a', 1], 'a,1'],
  [['a,b'], '"a,b"'],
  [['say "hi"'], '"say ""hi"""'],
  [['two\nlines'], '"two\nlines"'],
  [['=1+1'], "'=1+1"],
  [['-1', '+1', '@x', '\tx'], "'-1,'+1,'@x,'\tx"],
  [[-1], '-1'],
])('%j', (fields, line) => {
  expect(csvLine(fields)).toBe(`${line}\r\n`);
});
