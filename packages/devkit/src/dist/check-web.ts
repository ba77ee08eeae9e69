import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { migrate } from '@fleetlm/database';
import { startEmbeddedPostgres } from '@fleetlm/database/embedded';
import { freePorts } from '@fleetlm/database/free-ports';
import { repositoryRoot } from '../repository.ts';
import { runCommandQuietly } from '../run-quietly.ts';
import { LOOPBACK } from '../system.ts';
import { answers, waitUntil } from '../wait-until.ts';

const READY_LIMIT_MS = 60_000;
const ACCOUNT_LIMIT_MS = 60_000;
/** The number of the account without rights, as most systems have it. */
const UNPRIVILEGED = 65_534;
/** Of what the program printed, for a message about a failed start. */
const OUTPUT_LENGTH_MAX = 20_000;
/** What a program ends with that is configured wrongly. */
const CONFIGURATION = 78;
const SECRET = 'a-secret-that-is-only-for-this-check';

/**
 * Starts the web app from the archive alone, as a user that may write nothing: its page, a script that the page loads, its
 * health check, and a first account in a Postgres of its own. A wrong
 * environment ends it. Rejects with what failed. Answers how long the start took.
 */
export async function checkWebArtefact(archive: string): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'fleetlm-web-artefact-'));
  const postgresDirectory = mkdtempSync(join(tmpdir(), 'fleetlm-web-artefact-'));
  const [port = 0, postgresPort = 0] = await freePorts(2);
  const postgres = await startEmbeddedPostgres({
    directory: postgresDirectory,
    port: postgresPort,
  });
  let web: ChildProcess | null = null;
  try {
    await runCommandQuietly(['tar', '-xzf', archive, '-C', directory], repositoryRoot, {});
    await runCommandQuietly(['chmod', '-R', 'a-w,a+rX', directory], repositoryRoot, {});
    const artefact = join(directory, basename(archive, '.tgz'));
    // This Node may be where that user cannot look.
    const node = join(directory, 'node');
    chmodSync(directory, 0o755);
    copyFileSync(process.execPath, node);
    chmodSync(node, 0o755);
    const databaseUrl = `postgresql://fleetlm:fleetlm@${LOOPBACK}:${postgresPort}/fleetlm`;
    await migrate(databaseUrl);

    const url = `http://${LOOPBACK}:${port}`;
    const as = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
    const options = {
      cwd: directory,
      // Exactly this: nothing that points at the repository.
      env: {
        NODE_ENV: 'production',
        PORT: String(port),
        DATABASE_URL: databaseUrl,
        AUTH_JWT_SECRET: SECRET,
        BETTER_AUTH_SECRET: SECRET,
        BETTER_AUTH_URL: url,
        API_KEY: SECRET,
        NODE_URLS: 'http://127.0.0.1:1',
      } satisfies Record<string, string>,
      ...as,
    } as const;
    const startedAt = performance.now();
    const child = spawn(node, [join(artefact, 'main.js')], { ...options, stdio: 'pipe' });
    web = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-OUTPUT_LENGTH_MAX);
      });
    await waitUntil(
      () => {
        if (child.exitCode !== null) throw new Error(`the web app's artefact ended:\n${output}`);
        return answers(`${url}/login`);
      },
      READY_LIMIT_MS,
      () => `the web app's artefact does not answer:\n${output}`,
    );
    const startMs = performance.now() - startedAt;
    await checkPage(url);
    run(node, [join(artefact, 'healthcheck.js')], options);
    run(node, [join(artefact, 'account.js'), '--email', 'ann@example.org'], options);
    const { API_KEY: _, ...incomplete } = options.env;
    run(node, [join(artefact, 'main.js')], { ...options, env: incomplete }, CONFIGURATION);
    return startMs;
  } finally {
    const ended =
      web === null || web.exitCode !== null
        ? Promise.resolve()
        : new Promise((resolve) => web?.once('exit', resolve));
    web?.kill('SIGKILL');
    await ended;
    await postgres.stop();
    for (const path of [directory, postgresDirectory])
      rmSync(path, { recursive: true, force: true });
  }
}

/** The page loads its scripts from the archive. */
async function checkPage(url: string): Promise<void> {
  const page = await (await fetch(`${url}/login`)).text();
  const [script] = /\/_next\/static\/[^"\\]+\.js/.exec(page) ?? [];
  if (script === undefined) throw new Error('the sign-in page of the artefact loads no script');
  if (!(await answers(`${url}${script}`)))
    throw new Error(`the web app's artefact lacks ${script}, which its page loads`);
}

function run(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Record<string, string> },
  code = 0,
): void {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    ...options,
    encoding: 'utf8',
    timeout: ACCOUNT_LIMIT_MS,
  });
  if (status !== code)
    throw new Error(
      `${basename(args[0] ?? '')} of the web app's artefact failed: ${error?.message ?? `code ${status}`}\n${stdout}${stderr}`,
    );
}
