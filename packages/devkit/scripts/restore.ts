/** npm run restore: the nodes' data directories from Postgres alone, when all of them are lost. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type RunningPostgres, startEmbeddedPostgres } from '@fleetlm/database/embedded';
import { databaseUrl } from '../src/database-url.ts';
import { portsFrom, portsInUse } from '../src/ports.ts';
import { repositoryRoot } from '../src/repository.ts';

const CONFIGURATION = 78;
const dataDirectory = resolve(repositoryRoot, process.env.DATA_DIR ?? '.data');
const isEmbedded = (process.env.DATABASE_URL ?? '') === '';

/** The embedded Postgres is part of a system that does not run now. */
async function startPostgres(): Promise<RunningPostgres | null> {
  if (!isEmbedded) return null;
  const ports = portsFrom(process.env.PORT_BASE);
  const taken = await portsInUse(ports);
  if (taken.length > 0) {
    process.stderr.write(`Stop the system first: port ${taken.join(', port ')} is in use.\n`);
    process.exit(CONFIGURATION);
  }
  const directory = join(dataDirectory, 'postgres');
  if (!existsSync(directory)) {
    process.stderr.write(`There is no Postgres in ${directory}, and DATABASE_URL is not set.\n`);
    process.exit(CONFIGURATION);
  }
  return startEmbeddedPostgres({ directory, port: ports.postgres });
}

const postgres = await startPostgres();
const child = spawn(
  process.execPath,
  [join(repositoryRoot, 'apps/cluster-node/src/restore.ts'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: { ...process.env, DATABASE_URL: databaseUrl(), DATA_DIR: dataDirectory },
  },
);
const code = await new Promise<number | null>((ended) => child.once('exit', ended));
await postgres?.stop();
process.exit(code ?? 1);
