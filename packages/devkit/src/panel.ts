import type { Secrets } from './secrets.ts';
import type { System } from './system.ts';

/** What a person needs to know once everything runs. */
export function panel(system: System, secrets: Secrets, seconds: string): string {
  const lines = [
    `FleetLM is running (started in ${seconds} s)`,
    '',
    `  Web app      ${system.webUrl}`,
    `  Nodes        ${system.nodeUrls.join('  ')}`,
    `  Demo agent   ${system.agentUrl}`,
    '',
    `  Sign in as   demo@fleetlm.local     ${secrets.demoPassword}`,
    `  of agents    owner@fleetlm.local    ${secrets.demoPassword}`,
    `  or as admin  admin@fleetlm.local    ${secrets.adminPassword}`,
    '',
    '  Try it: npm run part -- kill n2      (and: start n2, stop postgres, start postgres, status)',
    '  Ctrl-C stops everything; the next start finds your data again.',
  ];
  const width = Math.max(...lines.map((line) => line.length)) + 2;
  const rule = '-'.repeat(width);
  return `\n${rule}\n${lines.map((line) => ` ${line}`).join('\n')}\n${rule}\n`;
}
