import type { SourceFile } from './tracked-files.ts';

/** Words that only authors of this code would search for, each with the field's word; docs/glossary.md has the terms. */
interface PrivateWord {
  readonly not: RegExp;
  readonly use: string;
}

/** Closed: a word is added when it has gone from the tree. Names are split first: `letIn` and `LET_IN` are "let in". */
const PRIVATE_WORDS: readonly PrivateWord[] = [
  { not: /\btold\b/i, use: 'sent, answered, published or reported' },
  { not: /\btellers?\b/i, use: 'upstream' },
  { not: /\bnobody\b/i, use: 'none, or who exactly: no node, no user' },
  { not: /\bsomebody\b/i, use: 'who exactly: a user, an operator, another process' },
  { not: /\beverybody\b/i, use: 'who exactly: every node, all users' },
  { not: /\bwhoever\b/i, use: 'who exactly: the leader, the caller, a client that' },
  { not: /\bnoted\b/i, use: 'checkpointed (of a run), or recorded' },
  { not: /\bmisfits?\b/i, use: 'protocol error' },
  { not: /\bof before\b/i, use: 'earlier' },
  { not: /\bis the case\b/i, use: 'holds' },
  { not: /\b(?:let|lets|letting) in\b/i, use: 'admit' },
  { not: /\bin hand\b/i, use: 'in flight' },
  { not: /\bno say\b/i, use: 'does not vote' },
  { not: /\b(?:stands?|stood) still\b/i, use: 'is stalled, blocked, paused or frozen' },
  { not: /\blook in\b/i, use: 'reconcile' },
  { not: /\b(?:delivery|figure) keeper\b/i, use: 'recorder, stats' },
  { not: /\bcast (?:chunk|event|kind)\b/i, use: 'publish, broadcast' },
  { not: /\bcluster news\b/i, use: 'gossip, cluster events' },
];

/** In prose alone: as a name it is a word of a bit set. */
const FIRST_WORD: PrivateWord = { not: /\bfirst word\b/i, use: 'first token, first content' };

/** Dated decisions stay as they were written, and applied migrations never change. The demo agent tells stories. */
const EXEMPT =
  /^(?:apps\/demo-agent\/src\/|docs\/decisions\/|docs\/glossary\.md$|prisma\/|packages\/devkit\/src\/house-rules\/(?:private-words|house-rules\.test)\.ts$)|\/generated\//;

/** Private words in names, comments, texts and pages, each with the word to use instead. */
export function privateWords(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => !EXEMPT.test(path))
    .flatMap(({ path, text }) => {
      const split = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll('_', ' ');
      return [
        ...PRIVATE_WORDS.flatMap((word) => found(path, split, word)),
        ...found(path, text, FIRST_WORD),
      ];
    });
}

function found(path: string, text: string, { not, use }: PrivateWord): readonly string[] {
  const match = not.exec(text);
  if (match === null) return [];
  const line = text.slice(0, match.index).split('\n').length;
  return [`${path}:${line} has "${match[0]}": write ${use}`];
}
