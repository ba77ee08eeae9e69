/** npm run example -- <name>: one of the examples, with the Node that FleetLM brings. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../src/repository.ts';

const PROGRAMS = { 'next-ai-sdk': 'server.ts', 'node-plain': 'agent.mjs', 'use-chat': 'server.ts' };

const [name = ''] = process.argv.slice(2);
const program = Object.entries(PROGRAMS).find(([known]) => known === name)?.[1];
if (program === undefined) {
  const names = Object.keys(PROGRAMS).join(', ');
  process.stderr.write(`Usage: npm run example -- <name>, one of: ${names}\n`);
  process.exit(78);
}
const folder = join(repositoryRoot, 'examples', name);
if (!existsSync(join(folder, program))) throw new Error(`${folder} has no ${program}`);
const child = spawn(process.execPath, [program], { cwd: folder, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 0));
