/** npm run account: adds an account to the web app, such as the first admin. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { databaseUrl } from '../src/database-url.ts';
import { repositoryRoot } from '../src/repository.ts';

const child = spawn(
  process.execPath,
  [
    // As Next's server resolves packages: `server-only` throws anywhere else.
    '--conditions=react-server',
    join(repositoryRoot, 'apps/web/scripts/add-account.ts'),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', env: { ...process.env, DATABASE_URL: databaseUrl() } },
);
process.exit(await new Promise<number>((ended) => child.once('exit', (code) => ended(code ?? 1))));
