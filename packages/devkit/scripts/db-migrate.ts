/** npm run db:migrate: applies the migrations that are missing. */
import { migrate } from '@fleetlm/database';
import { databaseUrl } from '../src/database-url.ts';

try {
  const applied = await migrate(databaseUrl());
  process.stdout.write(
    applied.length === 0 ? 'The database is up to date.\n' : `Applied: ${applied.join(', ')}\n`,
  );
} catch (error) {
  process.stderr.write(`The database could not be migrated: ${String(error)}\n`);
  process.exit(1);
}
