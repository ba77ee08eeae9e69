import { clock } from './clock.ts';
import { escapeHtml } from './escape-html.ts';
import type { TimedFault, TortureSummary } from './summary.ts';

const WIDTH = 1100;
const LEFT = 52;
const RIGHT = 12;
const LANE_HEIGHT = 15;
const CHART_HEIGHT = 130;
const GAP = 26;
/** Wider runs are shown by the mean (acks) and the maximum (latency) of several seconds. */
const POINTS_MAX = 1_000;

const CLASSES = ['process', 'mesh', 'client', 'postgres', 'agents', 'disk'] as const;

interface Axis {
  readonly seconds: number;
  readonly x: (second: number) => number;
}

/** Faults over acknowledgements a second and latency, one under the other on the same time axis. */
export function renderTimeline(summary: TortureSummary): string {
  const seconds = Math.max(1, summary.seconds.length);
  const axis: Axis = {
    seconds,
    x: (second) => LEFT + (Math.min(second, seconds) / seconds) * (WIDTH - LEFT - RIGHT),
  };
  const lanes = lanesOf(summary.faults);
  const faultsHeight = Math.max(1, lanes.length) * LANE_HEIGHT + 6;
  const acksTop = faultsHeight + GAP;
  const latencyTop = acksTop + CHART_HEIGHT + GAP;
  const height = latencyTop + CHART_HEIGHT + GAP;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Faults, acknowledgements a second and latency over time">
${shades(summary.faults, axis, height - GAP)}
${lanes.map((lane, at) => lane.map((fault) => bar(fault, axis, at * LANE_HEIGHT)).join('')).join('')}
${chart(summary, axis, acksTop, 'acks')}
${chart(summary, axis, latencyTop, 'latency')}
${timeMarks(axis, height - GAP + 16)}
</svg>
<ul class="legend">${CLASSES.map((name) => `<li><i style="background:var(--${name})"></i>${name}</li>`).join('')}
<li><i style="background:var(--acks)"></i>acknowledgements a second</li>
<li><i style="background:var(--latency)"></i>latency: longest (line) and median (dashed), logarithmic</li></ul>`;
}

/** Faults that overlap stand under each other. */
function lanesOf(faults: readonly TimedFault[]): readonly (readonly TimedFault[])[] {
  const lanes: TimedFault[][] = [];
  for (const fault of [...faults].sort((a, b) => a.fromSeconds - b.fromSeconds)) {
    const free = lanes.find((lane) => (lane.at(-1)?.toSeconds ?? 0) <= fault.fromSeconds);
    if (free === undefined) lanes.push([fault]);
    else free.push(fault);
  }
  return lanes;
}

function classOf(kind: string): (typeof CLASSES)[number] {
  if (kind.startsWith('disk-slow')) return 'disk';
  return CLASSES.find((name) => kind.startsWith(name)) ?? 'process';
}

function bar(fault: TimedFault, { x }: Axis, top: number): string {
  const from = x(fault.fromSeconds);
  const width = Math.max(2, x(fault.toSeconds) - from);
  const title = `${fault.number}. ${fault.kind} ${fault.target}, ${clock(fault.fromSeconds)} to ${clock(fault.toSeconds)}: ${fault.proof}`;
  return `<rect x="${f(from)}" y="${top}" width="${f(width)}" height="${LANE_HEIGHT - 4}" rx="2" fill="var(--${classOf(fault.kind)})"><title>${escapeHtml(title)}</title></rect>`;
}

function shades(faults: readonly TimedFault[], { x }: Axis, height: number): string {
  return faults
    .map((fault) => {
      const from = x(fault.fromSeconds);
      const width = Math.max(1, x(fault.toSeconds) - from);
      return `<rect x="${f(from)}" y="0" width="${f(width)}" height="${height}" fill="var(--soft)"/>`;
    })
    .join('');
}

function chart(
  { seconds }: TortureSummary,
  axis: Axis,
  top: number,
  what: 'acks' | 'latency',
): string {
  const step = Math.max(1, Math.ceil(seconds.length / POINTS_MAX));
  const grouped = Array.from({ length: Math.ceil(seconds.length / step) }, (_, at) =>
    seconds.slice(at * step, (at + 1) * step),
  );
  const acks = grouped.map((of) => of.reduce((sum, one) => sum + one.acks, 0) / of.length);
  const longest = grouped.map((of) => Math.max(...of.map(({ maxMs }) => maxMs)));
  const median = grouped.map((of) => Math.max(...of.map(({ p50Ms }) => p50Ms)));
  if (what === 'acks') {
    const max = Math.max(1, ...acks);
    const y = (value: number): number => top + CHART_HEIGHT * (1 - value / max);
    return `${frame(top, [
      [y(max), `${Math.round(max)}/s`],
      [y(0), '0'],
    ])}${line(acks, step, axis, y, 'acks', '')}`;
  }
  const max = Math.max(100, ...longest);
  const scale = (value: number): number => Math.log10(Math.max(1, value)) / Math.log10(max);
  const y = (value: number): number => top + CHART_HEIGHT * (1 - scale(value));
  const marks = [1, 10, 100, 1_000, 10_000].filter((value) => value <= max);
  return `${frame(
    top,
    marks.map((value) => [y(value), value < 1_000 ? `${value} ms` : `${value / 1_000} s`]),
  )}${line(longest, step, axis, y, 'latency', '')}${line(median, step, axis, y, 'latency', ' stroke-dasharray="3 3"')}`;
}

function frame(top: number, marks: readonly (readonly [number, string])[]): string {
  const lines = marks.map(
    ([y, label]) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${f(y)}" y2="${f(y)}" stroke="var(--line)"/><text x="${LEFT - 6}" y="${f(y + 4)}" text-anchor="end">${label}</text>`,
  );
  return `<g data-top="${top}">${lines.join('')}</g>`;
}

function line(
  values: readonly number[],
  step: number,
  { x }: Axis,
  y: (value: number) => number,
  colour: string,
  extra: string,
): string {
  const pieces: string[][] = [[]];
  for (const [at, value] of values.entries()) {
    // Without any acknowledgement there is no latency to show.
    if (value === 0 && colour === 'latency') pieces.push([]);
    else pieces.at(-1)?.push(`${f(x((at + 0.5) * step))},${f(y(value))}`);
  }
  return pieces
    .filter((points) => points.length > 0)
    .map(
      (points) =>
        `<polyline points="${points.join(' ')}" fill="none" stroke="var(--${colour})" stroke-width="1.5"${extra}/>`,
    )
    .join('');
}

function timeMarks({ seconds, x }: Axis, y: number): string {
  const every = [10, 30, 60, 300, 600, 1_800, 3_600].find((step) => seconds / step <= 12) ?? 7_200;
  const marks: string[] = [];
  for (let second = 0; second <= seconds; second += every)
    marks.push(`<text x="${f(x(second))}" y="${y}" text-anchor="middle">${clock(second)}</text>`);
  return marks.join('');
}

function f(value: number): string {
  return value.toFixed(1);
}
