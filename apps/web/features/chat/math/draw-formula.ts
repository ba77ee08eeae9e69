import katex from 'katex';
import 'katex/dist/katex.min.css';

/** Expansions of macros in one formula: a few characters could stand for a book otherwise. */
export const MACRO_EXPANSIONS_MAX = 200;
/** Of a size that a formula asks for, in em. */
const SIZE_EM_MAX = 20;

const DELIMITER_LENGTH: Readonly<Record<string, number>> = { $: 1 };

/** Draws a formula into an element; one that is not understood stays as it was written. */
export function drawFormula(element: HTMLElement, source: string, isDisplay: boolean): void {
  const delimiter = source.startsWith('$$') ? 2 : (DELIMITER_LENGTH[source.charAt(0)] ?? 2);
  const tex = source.slice(delimiter, -delimiter);
  try {
    katex.render(tex, element, {
      displayMode: isDisplay,
      throwOnError: true,
      strict: 'ignore',
      // No links, no pictures, no classes or ids of the agent's.
      trust: false,
      maxExpand: MACRO_EXPANSIONS_MAX,
      maxSize: SIZE_EM_MAX,
    });
  } catch (error) {
    if (!(error instanceof katex.ParseError)) throw error;
    element.textContent = source;
  }
}
