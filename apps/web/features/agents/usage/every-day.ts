import type { UsageAnswer } from '@fleetlm/protocol';

const DAY_MS = 86_400_000;

export interface DayBar {
  readonly day: string;
  readonly tokens: number;
  readonly costs: UsageAnswer['totals']['costs'];
}

/** All days of the answer, those without a reply too. */
export function everyDay({ from, to, rows }: UsageAnswer): readonly DayBar[] {
  const byDay = new Map(rows.map((row) => [row.day, row]));
  const first = Date.parse(from);
  const count = Math.round((Date.parse(to) - first) / DAY_MS) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, at) => {
    const day = new Date(first + at * DAY_MS).toISOString().slice(0, 10);
    const row = byDay.get(day);
    return { day, tokens: row?.total_tokens ?? 0, costs: row?.costs ?? [] };
  });
}
