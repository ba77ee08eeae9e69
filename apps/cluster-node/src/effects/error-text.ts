import { ERROR_TEXT_LENGTH_MAX } from '@fleetlm/protocol';

declare const bounded: unique symbol;

/**
 * Text from outside that was cut where it entered: at most ERROR_TEXT_LENGTH_MAX characters, without half characters and
 * U+0000, so that the log, the archive and every pattern take it. Only `errorText` makes one.
 */
export type ErrorText = string & { readonly [bounded]: true };

const ELLIPSIS = '…';
const UNREADABLE = 'an error that can not be read';

/** Cuts text from an agent, a library or the system. Total: whatever is thrown or sent, there is a text for it. */
export function errorText(source: unknown): ErrorText {
  const text = cut(textOf(source));
  // `cut` sees to it; without this line the compiler could not know.
  if (!isErrorText(text)) throw new Error('an error text was not cut');
  return text;
}

export function isErrorText(text: string): text is ErrorText {
  return text.length <= ERROR_TEXT_LENGTH_MAX && text.isWellFormed() && !text.includes('\0');
}

function cut(text: string): string {
  const isCut = text.length > ERROR_TEXT_LENGTH_MAX;
  const kept = isCut ? text.slice(0, ERROR_TEXT_LENGTH_MAX - ELLIPSIS.length) + ELLIPSIS : text;
  return kept.toWellFormed().replaceAll('\0', '\ufffd');
}

/** Errors may have getters, and objects conversions, that throw. */
function textOf(source: unknown): string {
  if (typeof source === 'string') return source;
  try {
    if (!(source instanceof Error)) return String(source);
    if (source.message !== '') return String(source.message);
    const first: unknown = source instanceof AggregateError ? source.errors[0] : null;
    return String(first instanceof Error && first.message !== '' ? first.message : source.name);
  } catch {
    return UNREADABLE;
  }
}
