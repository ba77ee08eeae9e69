import { join } from 'node:path';
import type { Part } from './part.ts';
import { repositoryRoot } from './repository.ts';
import { runQuietly } from './run-quietly.ts';
import type { Secrets } from './secrets.ts';
import type { System } from './system.ts';
import { answers, waitUntil } from './wait-until.ts';

/** A busy machine of two cores compiles the web app of `npm run dev` for more than a minute. */
const READY_LIMIT_MS = 180_000;

/** Starts everything in order; `say` is called with what is being done. */
export async function startSystem(
  system: System,
  secrets: Secrets,
  say: (text: string) => void,
): Promise<void> {
  const part = (name: string): Part => {
    const found = system.parts.get(name);
    if (found === undefined) throw new Error(`The system has no part "${name}"`);
    return found;
  };
  if (system.parts.has('postgres')) {
    say('Starting PostgreSQL ...');
    part('postgres').start();
    await ready(part('postgres'), () => part('postgres').tail.includes('accepting connections'));
  }
  say('Bringing the database up to date ...');
  await runQuietly('db-migrate.ts', { DATABASE_URL: system.databaseUrl });
  await seedDemoAccounts(system, secrets);
  say('Starting three cluster nodes, the demo agent and the web app ...');
  for (const name of ['n1', 'n2', 'n3', 'agent', 'web']) part(name).start();
  await Promise.all([
    ...system.nodeUrls.map((url, index) =>
      ready(part(`n${index + 1}`), () => answers(`${url}/health/ready`)),
    ),
    ready(part('agent'), () => answers(`${system.agentUrl}/health`)),
    ready(part('web'), () => answers(`${system.webUrl}/login`)),
  ]);
  await registerDemoAgent(system, secrets);
}

async function ready(part: Part, check: () => Promise<boolean> | boolean): Promise<void> {
  const trouble = (what: string): string =>
    `${part.name} ${what}. The end of ${part.logFile}:\n${part.tail}`;
  await waitUntil(
    async () => {
      if (!part.running) throw new Error(trouble('ended before it was ready'));
      return check();
    },
    READY_LIMIT_MS,
    () => trouble(`was not ready within ${READY_LIMIT_MS / 1000} s`),
  );
}

function seedDemoAccounts(system: System, secrets: Secrets): Promise<void> {
  return runQuietly(join(repositoryRoot, 'apps/web/scripts/seed-demo.ts'), {
    DATABASE_URL: system.databaseUrl,
    BETTER_AUTH_SECRET: secrets.webSecret,
    DEMO_PASSWORD: secrets.demoPassword,
    ADMIN_PASSWORD: secrets.adminPassword,
  });
}

const DEMO_AGENT_ID = 'guide';

/** The demo agent's registration, as a user would make it; a second start finds it there. */
async function registerDemoAgent(system: System, secrets: Secrets): Promise<void> {
  const url = `${system.nodeUrls[0]}/api/agents`;
  const headers = {
    authorization: `Bearer ${secrets.apiKey}`,
    'content-type': 'application/json',
  };
  const existing = await fetch(`${url}/${DEMO_AGENT_ID}`, { headers });
  await existing.body?.cancel();
  const agent = {
    name: 'FleetLM guide',
    description: 'Explains the cluster, calculates, and asks before it sends a mail.',
    suggested_prompts: ['What happens when a node dies?', 'Calculate 6 * 7', 'Send a mail to Bob'],
    origin_url: system.agentUrl,
    debounce_window_ms: 150,
  };
  const response = existing.ok
    ? await fetch(`${url}/${DEMO_AGENT_ID}`, {
        method: 'PATCH',
        headers,
        body: JSON.stringify({ agent: { origin_url: system.agentUrl } }),
      })
    : await fetch(url, {
        method: 'POST',
        headers,
        body: JSON.stringify({ agent: { id: DEMO_AGENT_ID, ...agent } }),
      });
  if (!response.ok) {
    throw new Error(
      `The demo agent could not be registered: ${response.status} ${await response.text()}`,
    );
  }
  await response.body?.cancel();
}

/** Stops everything: first what serves people, then the nodes together, Postgres last. */
export async function stopSystem(system: System, say: (text: string) => void): Promise<void> {
  const stop = async (names: readonly string[], graceMs: number): Promise<void> => {
    await Promise.all(
      names.map(async (name) => {
        const graceful = await system.parts.get(name)?.stop(graceMs);
        if (graceful === false)
          say(`${name} did not stop within ${graceMs / 1000} s and was killed`);
      }),
    );
  };
  await stop(['web', 'agent'], 1000);
  await stop(['n1', 'n2', 'n3'], 6000);
  await stop(['postgres'], 2500);
}
