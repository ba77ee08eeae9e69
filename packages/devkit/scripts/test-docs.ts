/**
 * npm run test:docs [-- <text>]: types every command of the pages (or those with the text) in a clone of the newest commit that
 * has nothing but its dependencies, and says which of them do not do what the page says. Takes a quarter of an hour.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Clone,
  startBeside,
  tryBeside,
  tryEnding,
  tryServing,
} from '../src/docs-commands/attempt.ts';
import { documentedCommands } from '../src/docs-commands/extract.ts';
import { RULES, type Rule } from '../src/docs-commands/rules.ts';
import { freePortBase, portsFrom } from '../src/ports.ts';
import { repositoryRoot } from '../src/repository.ts';

const [wanted = ''] = process.argv.slice(2);
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const documented = documentedCommands(repositoryRoot);
const failures: string[] = [];
/** Several pages may name the same command, or be tried as the same. */
const tried = new Set<string>();

async function attempt(rule: Rule, act: () => Promise<void>): Promise<void> {
  const at = performance.now();
  const from = documented.find(({ command }) => command === rule.command);
  const name = `${from === undefined ? 'not documented' : `${from.page}:${from.line}`}  ${rule.command}`;
  const result = await act().then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const seconds = ((performance.now() - at) / 1_000).toFixed(1).padStart(6);
  say(`${result === 'ok' ? 'ok    ' : 'FAILED'} ${seconds} s  ${name}`);
  if (result === 'ok') return;
  failures.push(name);
  say(result.replaceAll(/^/gm, '    '));
}

async function post(url: string, apiKey: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** What the pages take for granted: an agent `support-bot`, the key, and a conversation of Alice with it. */
async function fixtures({ directory, ports }: Clone): Promise<Readonly<Record<string, string>>> {
  const secrets = JSON.parse(readFileSync(join(directory, '.data/secrets.json'), 'utf8'));
  const node = `http://127.0.0.1:${ports.nodes[0]}`;
  const agent = { id: 'support-bot', name: 'Support', origin_url: 'http://127.0.0.1:4300' };
  await post(`${node}/api/agents`, secrets.apiKey, { agent });
  const made = await post(`${node}/api/sessions`, secrets.apiKey, {
    user_id: 'alice',
    agent_id: agent.id,
  });
  const { session } = made as { session: { id: string } };
  return { API_KEY: secrets.apiKey, SESSION: session.id };
}

const directory = mkdtempSync(join(tmpdir(), 'fleetlm-docs-'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    rmSync(directory, { recursive: true, force: true });
    process.exit(1);
  });
try {
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', repositoryRoot, directory]);
  const portBase = await freePortBase();
  const { DATABASE_URL: _, DATA_DIR: __, NODE: ___, ...own } = process.env;
  const path = (own.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  const clone: Clone = {
    directory,
    ports: portsFrom(portBase),
    env: { ...own, PATH: path.join(':'), npm_node_execpath: undefined, PORT_BASE: portBase },
  };
  const rules = RULES.filter(({ command }) => command.includes(wanted));
  for (const rule of rules) {
    const { how } = rule;
    if (how.kind === 'ends') {
      const typed = how.instead ?? rule.command;
      if (!tried.has(typed)) await attempt(rule, () => tryEnding({ ...rule, how }, clone));
      tried.add(typed);
    }
    if (how.kind === 'serves') await attempt(rule, () => tryServing({ ...rule, how }, clone));
  }
  const beside = rules.filter(({ how }) => how.kind === 'system');
  let stop = (): Promise<void> => Promise.resolve();
  let known: Readonly<Record<string, string>> = {};
  for (const rule of beside) {
    const { how } = rule;
    if (how.kind !== 'system') continue;
    if (Object.keys(known).length === 0) {
      const start = RULES.find(({ command }) => command === 'npm start') ?? rule;
      await attempt(start, async () => {
        stop = await startBeside(clone);
        known = await fixtures(clone);
      });
      if (Object.keys(known).length === 0) break;
    }
    const besides = { ...clone, env: { ...clone.env, ...known } };
    if (rule.command !== 'npm start')
      await attempt(rule, () => tryBeside({ ...rule, how }, besides));
  }
  await stop();
  say('\nNot tried here:');
  for (const { command, how } of rules)
    if (how.kind === 'not here') say(`  ${command}\n    ${how.because}`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
say(`\n${failures.length} of the documented commands failed`);
process.exit(failures.length === 0 ? 0 : 1);
