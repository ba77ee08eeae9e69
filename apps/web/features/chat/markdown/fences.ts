/** The marks that open or close fenced code, and what stands behind them. An empty run: the line has none. */
export interface Fence {
  readonly run: string;
  readonly info: string;
}

const FENCE = /^ {0,3}(?:`{3}|~{3})/;
export const NO_FENCE: Fence = { run: '', info: '' };

export function fenceOf(line: string): Fence {
  if (!FENCE.test(line)) return NO_FENCE;
  const fence = line.trimStart();
  const mark = fence.charAt(0);
  let length = 3;
  while (fence.charAt(length) === mark) length += 1;
  return { run: fence.slice(0, length), info: fence.slice(length) };
}

/** Behind backticks that open code there are no others: those are code within a line. */
export function opensFence({ run, info }: Fence): boolean {
  return run !== '' && !(run.startsWith('`') && info.includes('`'));
}

/** `opened`: the marks that opened the code. */
export function closesFence({ run, info }: Fence, opened: string): boolean {
  return run.startsWith(opened) && info.trim() === '';
}
