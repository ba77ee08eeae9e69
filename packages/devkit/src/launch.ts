import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildWebIfNeeded } from './build.ts';
import { listenForControl } from './control.ts';
import { panel } from './panel.ts';
import { portsFrom, portsInUse } from './ports.ts';
import { repositoryRoot } from './repository.ts';
import { loadSecrets } from './secrets.ts';
import { startSystem, stopSystem } from './stages.ts';
import { assembleSystem } from './system.ts';

const EXIT_CONFIGURATION = 78;

/** Starts the whole system and keeps it until a signal; `dev` reloads on change instead of building. */
export async function launch(mode: 'start' | 'dev'): Promise<void> {
  const startedAt = performance.now();
  const say = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  const ports = portsFrom(process.env.PORT_BASE);
  const taken = await portsInUse(ports);
  if (taken.length > 0) {
    process.stderr.write(
      `Already in use: port ${taken.join(', port ')}.\n` +
        'Stop what listens there, or move all of FleetLM: PORT_BASE=5000 npm start\n',
    );
    process.exit(EXIT_CONFIGURATION);
  }
  const dataDirectory = resolve(repositoryRoot, process.env.DATA_DIR ?? '.data');
  mkdirSync(dataDirectory, { recursive: true });
  const secrets = loadSecrets(dataDirectory);
  let stopping = false;
  const system = assembleSystem({
    ports,
    dataDirectory,
    secrets,
    databaseUrl: process.env.DATABASE_URL ?? null,
    mode,
    onUnexpectedExit: (part, how) => {
      if (stopping) return;
      say(`${part.name} ended (${how}); its output is in ${part.logFile}`);
      say(`  start it again: npm run part -- start ${part.name}`);
    },
  });
  const control = listenForControl(dataDirectory, system.parts);

  const stop = async (code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    say('Stopping ...');
    control.close();
    await stopSystem(system, say);
    say('Stopped.');
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop(0));
  }

  try {
    if (mode === 'start') await buildWebIfNeeded(say);
    await startSystem(system, secrets, say);
    say(panel(system, secrets, ((performance.now() - startedAt) / 1000).toFixed(0)));
  } catch (error) {
    if (stopping) return;
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    await stop(1);
  }
}
