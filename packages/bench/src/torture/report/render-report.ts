import { CHECK_TITLES, type Verdict } from '../checker/verdict.ts';
import { clock } from './clock.ts';
import { escapeHtml } from './escape-html.ts';
import { STYLE } from './style.ts';
import type { TimedFault, TortureSummary } from './summary.ts';
import { renderTimeline } from './timeline.ts';

const OUTCOMES: Readonly<Record<TortureSummary['outcome'], string>> = {
  held: 'Everything held',
  violated: 'Something did not hold',
  invalid: 'The run proves nothing',
};

/** One page with nothing outside of it. */
export function renderReport(summary: TortureSummary): string {
  const { outcome, seed, replay, invalid, leftOut } = summary;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Torture, seed ${seed}: ${OUTCOMES[outcome]}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Torture <span class="outcome ${outcome}">${OUTCOMES[outcome]}</span></h1>
<p>${sentence(summary)}</p>
<p>Seed <b>${seed}</b> · <code>${escapeHtml(replay)}</code></p>
${list('Why it proves nothing', invalid)}
${list('Left out', leftOut)}
</header>
<section><h2>Timeline</h2>${renderTimeline(summary)}</section>
<section><h2>Checks</h2>${renderVerdicts(summary.verdicts)}</section>
<section><h2>Time without an acknowledgement, by kind of fault</h2>${renderKinds(summary)}</section>
<section><h2>Faults</h2>${renderFaults(summary.faults)}</section>
<section><h2>Figures</h2>${renderFigures(summary)}</section>
</body>
</html>
`;
}

function sentence({ verdicts, faults, figures }: TortureSummary): string {
  const violations = verdicts.reduce((sum, verdict) => sum + verdict.violations, 0);
  return (
    `${number(violations)} violations in ${number(verdicts.reduce((sum, { checked }) => sum + checked, 0))} facts, ` +
    `${number(faults.length)} faults, ${number(Number(figures['appends acknowledged']))} acknowledged appends.`
  );
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  return `<h2>${title}</h2><ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<div class="wide"><table><thead>${cells('th', head)}</thead><tbody>${rows
    .map((row) => cells('td', row))
    .join('')}</tbody></table></div>`;
}

function renderVerdicts(verdicts: readonly Verdict[]): string {
  return table(
    ['', 'Promise', 'Facts looked at', 'Violations', 'Figures'],
    verdicts.map(({ id, checked, violations, described, figures, skipped }) => [
      `<b>${id}</b>`,
      `${CHECK_TITLES[id]}${skipped === null ? '' : `<br><em>not made: ${escapeHtml(skipped)}</em>`}${list('', described)}`,
      number(checked),
      `<span class="${violations === 0 ? 'held' : 'violated'}">${number(violations)}</span>`,
      Object.entries(figures)
        .map(([name, value]) => `${escapeHtml(name)}: ${escapeHtml(value)}`)
        .join('<br>'),
    ]),
  );
}

function renderKinds({ kinds }: TortureSummary): string {
  return `<p>Of the session that waited longest, and of the cluster as a whole; from the oldest unanswered send to the
next acknowledgement, around each fault. Faults that take a majority away last as long as they are made to.</p>${table(
    ['Kind', 'Faults', 'Session p50', 'Session max', 'Cluster p50', 'Cluster max'],
    kinds.map((kind) => [
      kind.kind,
      number(kind.count),
      `${number(kind.sessionP50Ms)} ms`,
      `${number(kind.sessionMaxMs)} ms`,
      `${number(kind.clusterP50Ms)} ms`,
      `${number(kind.clusterMaxMs)} ms`,
    ]),
  )}`;
}

function renderFaults(faults: readonly TimedFault[]): string {
  return table(
    ['', 'From', 'Until', 'Fault', 'Nodes', 'Proof', 'A session waited', 'The cluster'],
    faults.map((fault) => [
      String(fault.number),
      clock(fault.fromSeconds),
      clock(fault.toSeconds),
      escapeHtml(fault.kind),
      escapeHtml(fault.target),
      `${escapeHtml(fault.proof)}${fault.effective ? '' : ' <span class="invalid">no effect</span>'}${
        fault.broken === null ? '' : ` <span class="violated">${escapeHtml(fault.broken)}</span>`
      }`,
      `${number(Math.round(fault.longestMs))} ms`,
      `${number(Math.round(fault.clusterMs))} ms`,
    ]),
  );
}

function renderFigures({ figures }: TortureSummary): string {
  return table(
    ['', ''],
    Object.entries(figures).map(([name, value]) => [
      escapeHtml(name),
      typeof value === 'number' ? number(value) : escapeHtml(value),
    ]),
  );
}

function number(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : 'never';
}
