import type { DoctorReport } from './examine-agent.ts';
import type { Finding, Verdict } from './findings.ts';

const MARKS: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  warning: 'warning',
  wrong: 'WRONG',
  skipped: '-',
};

/** The report as a human-readable table, with what to do under each line that needs it. */
export function formatReport(report: DoctorReport): string {
  const checkWidth = Math.max(...report.findings.map(({ check }) => check.length));
  const markWidth = Math.max(...Object.values(MARKS).map((mark) => mark.length));
  const line = ({ check, verdict, found, advice }: Finding): string => {
    const row = `  ${MARKS[verdict].padEnd(markWidth)}  ${check.padEnd(checkWidth)}  ${found}`;
    const indent = ' '.repeat(markWidth + checkWidth + 6);
    return advice === null ? row : `${row}\n${indent}-> ${advice}`;
  };
  const lines = report.findings.map((finding) => oneLine(line(finding)));
  return `${report.url}\n\n${lines.join('\n')}\n\n${verdictOf(report.findings)}\n`;
}

function verdictOf(findings: readonly Finding[]): string {
  const count = (verdict: Verdict): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const warnings = count('warning');
  const also = warnings === 0 ? '' : ` ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`;
  const faults = count('wrong');
  return faults === 0
    ? `This endpoint is an agent.${also}`
    : `${faults} ${faults === 1 ? 'thing is' : 'things are'} wrong.${also}`;
}

/** An endpoint must not write to the terminal of the one who examines it. */
function oneLine(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/\p{C}/gu, '?'))
    .join('\n');
}
