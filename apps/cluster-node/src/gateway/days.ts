import { invalidField, USAGE_DAYS_DEFAULT, USAGE_DAYS_MAX } from '@fleetlm/protocol';
import type { Refusals } from './refusals.ts';

const DAY_MS = 86_400_000;

export interface Days {
  readonly from: string;
  /** Included. */
  readonly to: string;
}

/** The days of UTC that a query names; the last 30 when it names none. Throws which of them is wrong. */
export function daysOf(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: number,
  { refuse }: Refusals<'invalid_request'>,
): Days {
  const last = to === undefined ? nowMs : Date.parse(to);
  const days = {
    from: from ?? dayAt(last - (USAGE_DAYS_DEFAULT - 1) * DAY_MS),
    to: to ?? dayAt(last),
  };
  const count = (Date.parse(days.to) - Date.parse(days.from)) / DAY_MS + 1;
  if (count < 1) throw refuse(invalidField('from', 'must not be after to'));
  if (count > USAGE_DAYS_MAX)
    throw refuse(invalidField('from', `must be at most ${USAGE_DAYS_MAX} days before to`));
  return days;
}

function dayAt(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
