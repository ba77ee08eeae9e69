import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WAYS } from './ways.ts';

const ROOT = join(import.meta.dirname, '../../../../..');
const codeOf = (value: string): string => WAYS.find((way) => way.value === value)?.code ?? '';
const fileAt = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

test.each([
  ['ai-sdk', 'examples/next-ai-sdk/app/api/agent/route.ts'],
  ['python', 'examples/python-ndjson/agent.py'],
])('the code of %s is that of the example, which is tested', (value, path) => {
  expect(codeOf(value)).toBe(fileAt(path));
});

test('the code in plain HTTP is that of the guide, which is tested', () => {
  expect(fileAt('docs/guide/first-agent.md')).toContain(`\`\`\`js\n${codeOf('http')}\`\`\``);
});
