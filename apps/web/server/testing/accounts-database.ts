import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@fleetlm/database';
import { startEmbeddedPostgres } from '@fleetlm/database/embedded';
import { freePort } from '@fleetlm/database/free-ports';

export interface AccountsDatabase {
  readonly url: string;
  /** Stops Postgres and keeps its directory. */
  halt(): Promise<void>;
  remove(): Promise<void>;
}

/** A real Postgres with the tables of the accounts. */
export async function startAccountsDatabase(): Promise<AccountsDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'fleetlm-accounts-'));
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    port: await freePort(),
  });
  await migrate(postgres.url);
  let isRunning = true;
  const halt = async (): Promise<void> => {
    if (isRunning) await postgres.stop();
    isRunning = false;
  };
  return {
    url: postgres.url,
    halt,
    remove: async () => {
      await halt();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
