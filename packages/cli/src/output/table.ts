/** Columns as wide as their widest cell; the last one is not padded. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, at) => (at === line.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** What is not known is never shown as zero. */
const UNKNOWN = '-';

export function text(value: string | number | null): string {
  return value === null ? UNKNOWN : String(value);
}

export function milliseconds(value: number | null): string {
  return value === null ? UNKNOWN : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

export function age(ms: number | null): string {
  return ms === null ? UNKNOWN : `${Math.round(ms / 1000)} s`;
}
