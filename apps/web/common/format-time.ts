const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const DATE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const FULL_DAY = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

const DAY_MS = 86_400_000;

export function formatTime(iso: string): string {
  return TIME.format(new Date(iso));
}

/** To the second, for charts. */
export function formatClock(ms: number): string {
  return CLOCK.format(new Date(ms));
}

/** Short enough for a list: the time today, the weekday this week, else the date. */
export function formatShort(iso: string, nowMs: number): string {
  const date = new Date(iso);
  if (date.toDateString() === new Date(nowMs).toDateString()) return TIME.format(date);
  return nowMs - date.getTime() < 6 * DAY_MS ? WEEKDAY.format(date) : DATE.format(date);
}

export function formatDay(iso: string, nowMs: number): string {
  const day = new Date(iso).toDateString();
  if (day === new Date(nowMs).toDateString()) return 'Today';
  if (day === new Date(nowMs - DAY_MS).toDateString()) return 'Yesterday';
  return FULL_DAY.format(new Date(iso));
}

/** A duration for people: `40 ms`, `1.4 s`, `12 s`, `3 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
