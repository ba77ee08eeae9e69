/** npm run db:reset [-- --yes]: drops everything in the database and migrates anew. */
import { createInterface } from 'node:readline/promises';
import { resetDatabase } from '@fleetlm/database';
import { databaseUrl } from '../src/database-url.ts';

const url = databaseUrl();
const { host, pathname } = new URL(url);
if (!process.argv.includes('--yes')) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Drop everything in ${host}${pathname}? Type yes: `);
  terminal.close();
  if (answer.trim() !== 'yes') {
    process.stdout.write('Nothing was changed.\n');
    process.exit(1);
  }
}
try {
  await resetDatabase(url);
  process.stdout.write(`${host}${pathname} is empty and up to date.\n`);
} catch (error) {
  process.stderr.write(`The database could not be reset: ${String(error)}\n`);
  process.exit(1);
}
