/** The embedded Postgres as a process of its own: POSTGRES_PORT, POSTGRES_DATA_DIR. */
import { startEmbeddedPostgres } from '@fleetlm/database/embedded';

const port = Number(process.env.POSTGRES_PORT);
const directory = process.env.POSTGRES_DATA_DIR;
if (!Number.isInteger(port) || port < 1 || directory === undefined) {
  process.stderr.write('postgres.ts needs POSTGRES_PORT and POSTGRES_DATA_DIR\n');
  process.exit(78);
}
const postgres = await startEmbeddedPostgres({
  directory,
  port,
  onExit: () => {
    process.stderr.write('Postgres has ended\n');
    process.exit(1);
  },
});
process.stdout.write(`accepting connections on port ${port}\n`);
const keepAlive = setInterval(() => undefined, 60_000);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    clearInterval(keepAlive);
    postgres.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  });
}
