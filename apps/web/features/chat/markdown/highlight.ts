import { createHighlighterCore, type HighlighterCore } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import { COLOURED_LINE_LENGTH_MAX } from './text-bounds.ts';

/** Loaded with the first code block in view; grammars one by one as they are needed. No WebAssembly, no eval. */

const GRAMMARS = {
  bash: () => import('shiki/langs/bash.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
  python: () => import('shiki/langs/python.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  tsx: () => import('shiki/langs/tsx.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
} as const;

type Grammar = keyof typeof GRAMMARS;

/** Other names of the same grammar; TSX reads all of JavaScript and TypeScript. */
const ALIASES: ReadonlyMap<string, Grammar> = new Map<string, Grammar>([
  ['js', 'tsx'],
  ['javascript', 'tsx'],
  ['jsx', 'tsx'],
  ['jsonc', 'json'],
  ['md', 'markdown'],
  ['py', 'python'],
  ['rs', 'rust'],
  ['sh', 'bash'],
  ['shell', 'bash'],
  ['ts', 'tsx'],
  ['typescript', 'tsx'],
  ['yml', 'yaml'],
  ['zsh', 'bash'],
]);

/** A piece of a line with its colours for both themes. */
export interface CodeToken {
  readonly text: string;
  readonly light: string | null;
  readonly dark: string | null;
}

export type CodeLines = readonly (readonly CodeToken[])[];

/** Longer code stays plain: colouring it would hold up the page. */
const CODE_LENGTH_MAX = 20_000;

let highlighter: Promise<HighlighterCore> | null = null;

/** The code in colours; null when its language is not known or it is too long. */
export async function highlight(code: string, language: string): Promise<CodeLines | null> {
  const grammar = grammarOf(language.toLowerCase());
  if (grammar === null || code.length > CODE_LENGTH_MAX) return null;
  highlighter ??= createHighlighterCore({
    themes: [
      import('shiki/themes/github-light.mjs'),
      import('shiki/themes/github-dark-default.mjs'),
    ],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  const shiki = await highlighter;
  if (!shiki.getLoadedLanguages().includes(grammar)) await shiki.loadLanguage(GRAMMARS[grammar]());
  const themes = { light: 'github-light', dark: 'github-dark-default' };
  const { tokens } = shiki.codeToTokens(code, {
    lang: grammar,
    themes,
    defaultColor: false,
    // Grammars backtrack: a long line stays plain.
    tokenizeMaxLineLength: COLOURED_LINE_LENGTH_MAX,
  });
  return tokens.map((line) =>
    line.map(({ content, htmlStyle }) => ({
      text: content,
      light: htmlStyle?.['--shiki-light'] ?? null,
      dark: htmlStyle?.['--shiki-dark'] ?? null,
    })),
  );
}

function grammarOf(language: string): Grammar | null {
  return ALIASES.get(language) ?? (isGrammar(language) ? language : null);
}

function isGrammar(language: string): language is Grammar {
  return Object.hasOwn(GRAMMARS, language);
}
