/** Numbers for axes and legends: short, with their unit. */

export function formatMs(value: number): string {
  if (value >= 1_000) return `${(value / 1_000).toFixed(1)} s`;
  return value < 10 && value > 0 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

export function formatCount(value: number): string {
  if (value >= 10_000) return `${Math.round(value / 1_000)}k`;
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : String(Math.round(value));
}

export function formatPerSecond(value: number): string {
  return `${formatCount(value)}/s`;
}

export function formatShare(value: number): string {
  return `${Math.round(value * 100)} %`;
}

export function formatBytes(value: number): string {
  const mebibytes = value / 1_048_576;
  return mebibytes >= 1_024
    ? `${(mebibytes / 1_024).toFixed(1)} GB`
    : `${Math.round(mebibytes)} MB`;
}

/** A number in full. In one language for all: server and browser must write it alike, or React draws the page anew. */
export function formatNumber(value: number, fractionDigits?: number): string {
  return value.toLocaleString(
    'en',
    fractionDigits === undefined ? {} : { maximumFractionDigits: fractionDigits },
  );
}
