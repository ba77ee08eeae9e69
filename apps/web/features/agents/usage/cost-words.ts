import { formatNumber } from '@/common/format-figures.ts';

const MICROS = 1_000_000;
/** Replies cost fractions of a cent. */
const FRACTION_DIGITS = 4;

/** Amounts of several currencies, one after the other. */
export function costWords(
  costs: readonly { readonly currency: string; readonly cost_micros: number }[],
): string {
  if (costs.length === 0) return 'unknown';
  return costs
    .map(
      ({ currency, cost_micros }) =>
        `${formatNumber(cost_micros / MICROS, FRACTION_DIGITS)} ${currency}`,
    )
    .join(', ');
}
