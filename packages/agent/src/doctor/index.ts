export type { EndpointReply } from './call-endpoint.ts';
export { type CommandResult, runCommand, USAGE } from './command-line.ts';
export { type DoctorOptions, type DoctorReport, examineAgent } from './examine-agent.ts';
export { examineReply } from './examine-reply.ts';
export type { Finding, Verdict } from './findings.ts';
export { formatReport } from './report.ts';
