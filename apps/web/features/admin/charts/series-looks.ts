/** Of the lines of a chart, by their place: a hue that colour-blind people can tell apart, and a dash. */
export const DASHES: readonly (readonly number[])[] = [
  [],
  [7, 3],
  [2, 3],
  [8, 3, 2, 3],
  [4, 4],
  [1, 3],
];

const SERIES = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'];

export interface ChartColours {
  readonly series: readonly string[];
  readonly text: string;
  readonly grid: string;
}

/** The colours of the theme as it is now: a canvas knows no style sheet. */
export function readColours(): ChartColours {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return { series: SERIES.map(colour), text: colour('--muted'), grid: colour('--raised') };
}

/** The same for a line drawn by the style sheet. */
export function seriesColour(index: number): string {
  return `var(${SERIES[index % SERIES.length] ?? '--muted'})`;
}
