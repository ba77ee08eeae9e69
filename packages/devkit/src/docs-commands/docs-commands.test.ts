import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../repository.ts';
import { commandsOf, documentedCommands } from './extract.ts';
import { RULES } from './rules.ts';

const documented = documentedCommands(repositoryRoot);

test('finds the lines of shell blocks without comments, joined where they go on, and what the text names', () => {
  const page = [
    'Run `npm start`, or `PORT_BASE=5000 npm run dev`; the `nodes` and `node main` are no commands.',
    '```sh',
    'npm run part -- kill n2   # a node',
    '# nothing',
    'curl -d "#1" \\',
    '  http://127.0.0.1/',
    '```',
    '```js',
    'npm();',
    '```',
  ].join('\n');
  expect(commandsOf('a.md', page)).toEqual([
    { page: 'a.md', line: 1, command: 'npm start' },
    { page: 'a.md', line: 1, command: 'PORT_BASE=5000 npm run dev' },
    { page: 'a.md', line: 3, command: 'npm run part -- kill n2' },
    { page: 'a.md', line: 5, command: 'curl -d "#1" http://127.0.0.1/' },
  ]);
});

test('every documented command has one rule that says how it is tried, or why it is not', () => {
  const ruled = new Set(RULES.map(({ command }) => command));
  expect(ruled.size).toBe(RULES.length);
  const without = documented.filter(({ command }) => !ruled.has(command));
  expect(without.map(({ page, line, command }) => `${page}:${line} ${command}`)).toEqual([]);
});

test('no rule is left of a command that no page has any more', () => {
  const commands = new Set(documented.map(({ command }) => command));
  const stale = RULES.filter(({ command, isExtra }) => isExtra !== true && !commands.has(command));
  expect(stale.map(({ command }) => command)).toEqual([]);
});

test('every `npm run` of a page is a script, and installs what is missing before it runs', () => {
  const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'));
  for (const { page, line, command } of documented) {
    const name = /^(?:[A-Z0-9_]+=\S+ )*npm (?:run )?([\w:-]+)(?!.*--workspace)/.exec(command)?.[1];
    if (name === undefined || !command.includes('npm ')) continue;
    expect(scripts[name], `${page}:${line} ${command}`).toMatch(
      /^exec node packages\/devkit\/run\.mjs /,
    );
    const script = String(scripts[name]).split(' ').at(3) ?? '';
    expect(existsSync(join(repositoryRoot, 'packages/devkit/scripts', script))).toBe(true);
  }
});
