import { expect, test } from 'vitest';
import { highlight } from './highlight.ts';

test('known languages get colours for both themes, and not a character changes', async () => {
  const code = 'const answer: number = 42; // yes\n\nreturn answer;';
  for (const language of ['ts', 'TypeScript', 'js', 'tsx']) {
    const lines = await highlight(code, language);
    expect(lines?.map((line) => line.map((token) => token.text).join('')).join('\n')).toBe(code);
    const keyword = lines?.[0]?.[0];
    expect(keyword?.light).toMatch(/^#/);
    expect(keyword?.dark).not.toBe(keyword?.light);
  }
});

test('an unknown language and very long code stay plain', async () => {
  expect(await highlight('x', 'klingon')).toBeNull();
  expect(await highlight('x', 'constructor')).toBeNull();
  expect(await highlight('x'.repeat(20_001), 'ts')).toBeNull();
});
