export { type CommandResult, runCommand, USAGE } from './command-line.ts';
export { type DoctorOptions, type DoctorReport, examineAgent } from './examine-agent.ts';
export type { Finding, Verdict } from './findings.ts';
export { formatReport } from './report.ts';
