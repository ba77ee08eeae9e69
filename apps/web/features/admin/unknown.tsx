import { formatNumber } from '@/common/format-figures.ts';

/** Not known is not zero. */
export function Unknown({ word = 'unknown' }: { readonly word?: string }) {
  return <span className="text-muted">{word}</span>;
}

export interface FigureProps {
  readonly value: number | null;
  readonly unit?: string;
  readonly digits?: number;
}

/** A number with its unit, or the word that it is not known. */
export function Figure({ value, unit, digits = 1 }: FigureProps) {
  if (value === null) return <Unknown />;
  return (
    <span className="tabular whitespace-nowrap">
      {formatNumber(value, digits)}
      {unit !== undefined && <span className="text-muted"> {unit}</span>}
    </span>
  );
}
