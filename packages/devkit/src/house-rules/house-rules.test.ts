import { describe, expect, test } from 'vitest';
import { brokenArrows, importCycles } from './import-arrows.ts';
import { privateWords } from './private-words.ts';
import { untestedPromises } from './spec-ids.ts';
import {
  bannedWords,
  deadLinks,
  impurities,
  LARGE_FOLDERS,
  tooFull,
  tooLong,
  undocumentedMetrics,
  unguardedTimers,
} from './text-rules.ts';
import { trackedFiles } from './tracked-files.ts';
import { undocumentedExports } from './undocumented-exports.ts';

const files = trackedFiles();

describe('house rules', () => {
  test('there is something to check', () => {
    expect(files.length).toBeGreaterThan(100);
  });

  test('a file has one subject: none is over 600 lines', () => {
    expect(tooLong(files)).toEqual([]);
  });

  test('a folder has one subject: none is over 20 source files', () => {
    expect(tooFull(files, LARGE_FOLDERS)).toEqual([]);
  });

  test('no folder imports one to its left', () => {
    expect(brokenArrows(files)).toEqual([]);
  });

  test('no files of the node import each other in a circle', () => {
    expect(importCycles(files)).toEqual([]);
  });

  test('the deterministic folders use no clock and no chance', () => {
    expect(impurities(files)).toEqual([]);
  });

  test('an exception of a timer ends that work only', () => {
    expect(unguardedTimers(files)).toEqual([]);
  });

  test('pages link to files that exist', () => {
    expect(deadLinks(files)).toEqual([]);
  });

  test('every metric is documented for operators', () => {
    expect(undocumentedMetrics(files)).toEqual([]);
  });

  test('no banned word', () => {
    expect(bannedWords(files)).toEqual([]);
  });

  test('names, comments and pages use the words of the glossary', () => {
    expect(privateWords(files)).toEqual([]);
  });

  test('what one workspace imports of another has a doc comment', () => {
    expect(undocumentedExports(files)).toEqual([]);
  });

  test.each(['packages/conversation', 'packages/raft'])(
    '%s: every promise has a test',
    (folder) => {
      const { promised, untested, unpromised } = untestedPromises(files, folder);
      expect(promised).toBeGreaterThan(10);
      expect({ untested, unpromised }).toEqual({ untested: [], unpromised: [] });
    },
  );
});

describe('the house rules see what they are made for', () => {
  const file = (path: string, text: string) => ({ path, text });

  test('an import against the arrows', () => {
    const upward = file(
      'apps/cluster-node/src/groups/a.ts',
      "import { x } from '../runtime/b.ts';\n",
    );
    expect(brokenArrows([upward])).toHaveLength(1);
    const impure = file('packages/raft/src/core/a.ts', "import { x } from '../wal/b.ts';\n");
    expect(brokenArrows([impure])).toHaveLength(1);
    const fine = file('packages/raft/src/core/a.ts', "import { x } from './b.ts';\n");
    expect(brokenArrows([fine])).toEqual([]);
    const wired = file(
      'apps/cluster-node/src/control/a.ts',
      "import type { X } from '../compose/b.ts';\n",
    );
    expect(brokenArrows([wired])).toHaveLength(1);
    const unknown = file('apps/cluster-node/src/elsewhere/a.ts', '');
    expect(brokenArrows([unknown])).toHaveLength(1);
  });

  test('a circle of type imports', () => {
    const a = file('apps/cluster-node/src/groups/a.ts', "import type { B } from './b.ts';\n");
    const b = file('apps/cluster-node/src/groups/b.ts', "import type { A } from './a.ts';\n");
    expect(importCycles([a, b])).toHaveLength(1);
    expect(importCycles([a])).toEqual([]);
  });

  test.each([
    ['features/chat/a.tsx', '@/app/(app)/inbox/page.tsx', 1],
    ['features/chat/a.tsx', '@/shell/navigation.tsx', 1],
    ['features/chat/a.tsx', '@/features/inbox/inbox-row.tsx', 1],
    ['features/chat/list/a.tsx', '../../inbox/inbox-row.tsx', 1],
    ['features/chat/a.tsx', '@/features/inbox/index.ts', 0],
    ['features/chat/list/a.tsx', '@/features/chat/composer/composer.tsx', 0],
    ['features/accounts/a.tsx', '@/server/accounts/devices.ts', 1],
    ['features/accounts/actions.ts', '@/server/accounts/devices.ts', 0],
    ['ui/a.tsx', '@/features/chat/index.ts', 1],
    ['shell/a.tsx', '@/features/accounts/sign-in/sign-out.ts', 0],
    ['shell/a.tsx', '@/server/env.ts', 1],
    ['server/a.ts', '../features/accounts/index.ts', 1],
    ['common/a.ts', '../server/env.ts', 1],
    ['app/(app)/inbox/page.tsx', '@/server/env.ts', 0],
  ])('of the web app, %s that imports %s: %i', (path, target, count) => {
    const forms = [`import type { X } from '${target}';\n`, `const x = import('${target}');\n`];
    for (const text of forms)
      expect(brokenArrows([file(`apps/web/${path}`, text)])).toHaveLength(count);
  });

  test('a timer without guarded()', () => {
    const timer = (text: string) => file('apps/cluster-node/src/control/a.ts', text);
    expect(unguardedTimers([timer('setInterval(\n  () => this.#tick(), 50);')])).toHaveLength(1);
    expect(unguardedTimers([timer("setInterval(\n  guarded('timer', tick), 50);")])).toEqual([]);
    expect(
      unguardedTimers([timer('await new Promise((resolve) => setTimeout(resolve, 5));')]),
    ).toEqual([]);
  });

  test('a long file', () => {
    expect(tooLong([file('a.ts', 'x\n'.repeat(601))])).toHaveLength(1);
    expect(tooLong([file('a.ts', 'x\n'.repeat(600))])).toEqual([]);
  });

  test('a full folder, and an exception that is none any more', () => {
    const full = Array.from({ length: 21 }, (_, at) => file(`a/${at}.ts`, ''));
    expect(tooFull(full, {})).toHaveLength(1);
    expect(tooFull(full, { a: 'why' })).toEqual([]);
    expect(tooFull(full.slice(1), { a: 'why' })).toHaveLength(1);
    expect(tooFull([...full.slice(1), file('a/b.test.ts', '')], {})).toEqual([]);
  });

  test('a clock in the state machine, but not in its comments', () => {
    expect(
      impurities([file('packages/conversation/src/a.ts', 'const t = Date.now();')]),
    ).toHaveLength(1);
    expect(
      impurities([file('packages/conversation/src/a.ts', '// Date comes in the command')]),
    ).toEqual([]);
  });

  test('a metric that no page names, and one that no node has', () => {
    const metrics = file('apps/cluster-node/src/telemetry/metrics.ts', "'fleetlm_a' 'fleetlm_b'");
    const page = file('docs/guide/operations.md', '`fleetlm_b`, `fleetlm_c{x="y"}`');
    expect(undocumentedMetrics([metrics, page])).toEqual([
      'docs/guide/operations.md lacks fleetlm_a',
      'docs/guide/operations.md names fleetlm_c: there is none',
    ]);
  });

  test.each([
    ['a comment', '// The leader is told.', 'told'],
    ['a name', 'const isTold = true;', 'Told'],
    ['a constant', 'const LET_IN_MS = 1;', 'LET IN'],
    ['a method', 'this.#letIn(node);', 'let In'],
    ['a sentence', 'Nobody waits for it.', 'Nobody'],
    ['a phrase', 'after its first word', 'first word'],
  ])('a private word in %s, with the word to use', (_, text, word) => {
    const [problem, ...others] = privateWords([file('packages/raft/src/a.ts', `\n${text}\n`)]);
    expect(problem).toContain(`packages/raft/src/a.ts:2 has "${word}": write `);
    expect(others).toEqual([]);
  });

  test('no private word in what only looks like one', () => {
    const fine = 'const firstWord = 0; // untold stories, a notebook, the unnoted';
    expect(privateWords([file('packages/raft/src/a.ts', fine)])).toEqual([]);
    expect(privateWords([file('docs/decisions/x.md', 'Nobody was told.')])).toEqual([]);
  });

  const manifest = file(
    'packages/a/package.json',
    '{"name":"@fleetlm/a","exports":{".":"./src/index.ts","./b":"./src/b.ts"}}',
  );
  const importer = file('apps/web/x.ts', "import { type Y as Z, x } from '@fleetlm/a';\n");

  test.each<[string, string, string]>([
    ['a constant', "export { x } from './x.ts';", 'export const x = 1;'],
    ['a whole file', "export * from './x.ts';", 'export function x() {}'],
    ['another name', "export { y as x } from './x.ts';", 'export class y {}'],
    ['a name that was imported', "import { x } from './x.ts';\nexport { x };", 'export let x = 1;'],
    [
      'a comment that is none of its own',
      "export * from './x.ts';",
      '// Why.\nexport const x = 1;',
    ],
    [
      'a type of a value without one',
      "export * from './x.ts';",
      'export type x = typeof z;\nconst z = 1;',
    ],
  ])('an undocumented export: %s', (_, index, declared) => {
    const entry = file('packages/a/src/index.ts', index);
    const problems = (text: string): readonly string[] =>
      undocumentedExports([manifest, entry, file('packages/a/src/x.ts', text), importer]);
    expect(problems(declared)).toEqual([
      expect.stringMatching(/^packages\/a\/src\/x\.ts:\d .*apps\/web imports x from @fleetlm\/a$/),
    ]);
    expect(problems(`/** What it is. */\n${declared.replace('// Why.\n', '')}`)).toEqual([]);
  });

  test('a type has the comment of the value that it is made of', () => {
    const entry = (comment: string) =>
      file(
        'packages/a/src/b.ts',
        `${comment}export const s = z.string();\nexport type S = z.output<typeof s>;\nexport const own = 1;\n`,
      );
    const typed = file('apps/web/x.ts', "import type * as a from '@fleetlm/a/b';\nlet s: a.S;\n");
    expect(undocumentedExports([manifest, entry(''), typed])).toHaveLength(1);
    expect(undocumentedExports([manifest, entry('/** Text. */\n'), typed])).toEqual([]);
  });

  test('an export that only its own package imports needs no doc comment', () => {
    const entry = file('packages/a/src/index.ts', 'export const x = 1;\n');
    const own = file('packages/a/src/x.ts', "import { x } from '@fleetlm/a';\n");
    expect(undocumentedExports([manifest, entry, own])).toEqual([]);
    expect(undocumentedExports([manifest, entry, own, importer])).toHaveLength(1);
  });

  test('a dead link', () => {
    expect(deadLinks([file('README.md', '[x](docs/nowhere-at-all.md)')])).toHaveLength(1);
    expect(deadLinks([file('README.md', '[x](package.json) [y](#z)')])).toEqual([]);
  });
});
