import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command that a page asks its reader to type. */
export interface DocumentedCommand {
  readonly page: string;
  readonly line: number;
  readonly command: string;
}

const SHELL_FENCE = /^```(sh|bash|console|shell)\b/;
const FENCE_END = /^```\s*$/;
/** `npm ...` in the text; for `node` and `python3` only with a path, for they are words, too. */
const INLINE = /`((?:[A-Z0-9_]+=\S+ )*(?:npm|npx|curl|node|python3) [^`]+)`/g;
const NEEDS_PATH = /^(?:[A-Z0-9_]+=\S+ )*(?:node|python3) (?!.*\/)/;

/** The commands of a page: the lines of its shell blocks, and what its text names. */
export function commandsOf(page: string, text: string): readonly DocumentedCommand[] {
  const found: DocumentedCommand[] = [];
  let isShell = false;
  let isCode = false;
  let begun: { readonly line: number; readonly text: string } | null = null;
  for (const [at, line] of text.split('\n').entries()) {
    if (isShell && !FENCE_END.test(line)) {
      const joined: string = begun === null ? line : `${begun.text} ${line.trim()}`;
      const first: number = begun?.line ?? at + 1;
      if (joined.endsWith('\\')) {
        begun = { line: first, text: joined.slice(0, -1).trimEnd() };
        continue;
      }
      begun = null;
      const command = withoutComment(joined);
      if (command !== '') found.push({ page, line: first, command });
      continue;
    }
    if (line.startsWith('```')) {
      isShell = !isCode && SHELL_FENCE.test(line);
      isCode = !isCode;
      continue;
    }
    if (isCode) continue;
    for (const [, command = ''] of line.matchAll(INLINE))
      if (!NEEDS_PATH.test(command)) found.push({ page, line: at + 1, command });
  }
  return found;
}

/** What the shell would not read: a comment begins at a `#` after a blank, outside of quotes. */
function withoutComment(line: string): string {
  let quote = '';
  for (const [at, character] of [...line].entries()) {
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '#' && (at === 0 || line[at - 1] === ' '))
      return line.slice(0, at).trim();
  }
  return line.trim();
}

/** Those of all pages in the repository. The changelog also names what earlier versions had. */
export function documentedCommands(root: string): readonly DocumentedCommand[] {
  const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' });
  return pages
    .split('\n')
    .filter((page) => page !== '' && page !== 'CHANGELOG.md')
    .flatMap((page) => commandsOf(page, readFileSync(join(root, page), 'utf8')));
}
