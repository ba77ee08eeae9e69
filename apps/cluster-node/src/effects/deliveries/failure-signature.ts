import { createHash } from 'node:crypto';
import type { FailureCode } from '@fleetlm/protocol';
import type { ErrorText } from '../error-text.ts';

const SIGNATURE_LENGTH_MAX = 160;

const GROUP_ID_LENGTH = 12;
const ELLIPSIS = '…';
const LINE_TERMINATORS: ReadonlySet<string> = new Set(['\n', '\r', '\u2028', '\u2029']);

/** The name of the group of failures with this signature; Postgres makes the same of it. */
export function groupIdOf(signature: string): string {
  return createHash('sha256').update(signature).digest('hex').slice(0, GROUP_ID_LENGTH);
}

/**
 * What failures of one kind have in common: the code, the status, and the sentence without what differs from one to
 * the next (quotes, ids, addresses, numbers).
 */
export function failureSignature(
  code: FailureCode,
  status: number | null,
  error: ErrorText | null,
): string {
  if (code === 'http_status') return `http_status ${status ?? 'none'}`;
  return `${code} ${gistOf(error ?? '')}`.slice(0, SIGNATURE_LENGTH_MAX).toWellFormed();
}

/** Linear in the text. */
export function gistOf(text: string): string {
  return withoutQuotes(text)
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/gi, ELLIPSIS)
    .replaceAll(/[0-9a-f]{16,}/gi, ELLIPSIS)
    .replaceAll(/\d+/g, '#');
}

/**
 * Leaves out `"..."`, `'...'`, and on each line what is between the first `{` and the last `}`. By hand: a pattern for
 * these looks for the end anew from every beginning.
 */
function withoutQuotes(text: string): string {
  const kept: string[] = [];
  let from = 0;
  let braces = { lineEnd: -1, last: -1 };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    let end = -1;
    if (character === '"' || character === "'") end = text.indexOf(character, at + 1);
    else if (character === '{') {
      if (at > braces.lineEnd) braces = lastBraceOfLine(text, at);
      if (braces.last > at) end = braces.last;
    }
    if (end === -1) continue;
    kept.push(text.slice(from, at), ELLIPSIS);
    from = end + 1;
    at = end;
  }
  return kept.join('') + text.slice(from);
}

function lastBraceOfLine(
  text: string,
  start: number,
): { readonly lineEnd: number; readonly last: number } {
  let last = -1;
  let at = start;
  for (; at < text.length && !LINE_TERMINATORS.has(text[at] ?? ''); at += 1)
    if (text[at] === '}') last = at;
  return { lineEnd: at, last };
}
