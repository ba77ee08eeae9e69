import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ports } from '../ports.ts';
import { waitUntil } from '../wait-until.ts';
import type { How, Rule } from './rules.ts';
import { signalGroup, type, typeToTheEnd } from './shell.ts';

/** The limit of an ordinary command; the first one installs. */
const COMMAND_LIMIT_MS = 600_000;
const STOP_LIMIT_MS = 20_000;
const SHELL_STATE = '.docs-shell';

/** A clone in which commands are tried, and where its system listens. */
export interface Clone {
  readonly directory: string;
  readonly ports: Ports;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a page names by default, moved to where this run listens. */
export function moved(text: string, { ports }: Clone): string {
  const node = `127.0.0.1:${ports.nodes[0]}`;
  return text
    .replaceAll('127.0.0.1:3000', `127.0.0.1:${ports.web}`)
    .replaceAll(/(?:127\.0\.0\.1|n1):4001/g, node);
}

/** Leaves nothing but what git has and the dependencies. */
export async function bare({ directory, env }: Clone): Promise<void> {
  await expectCode(0, 'git clean -ffdxq -e node_modules', directory, env);
}

export async function tryEnding(
  { command, how }: Rule & { readonly how: Extract<How, { kind: 'ends' }> },
  clone: Clone,
): Promise<void> {
  await bare(clone);
  const typed = moved(how.instead ?? command, clone);
  const output = await expectCode(how.code ?? 0, typed, clone.directory, clone.env);
  if (how.says !== undefined && !how.says.test(output))
    throw new Error(`its output lacks ${how.says}:\n${output}`);
}

export async function tryServing(
  { command, how }: Rule & { readonly how: Extract<How, { kind: 'serves' }> },
  clone: Clone,
): Promise<void> {
  await bare(clone);
  const { directory } = clone;
  if (how.from !== undefined) writeBlock(directory, how.from, command.split(' ').at(-1) ?? '');
  const env = { ...clone.env, ...how.env };
  const url = moved(how.url, clone);
  const typed = type(moved(how.instead ?? command, clone), directory, env);
  try {
    await untilAnswers(typed, url);
    for (const other of how.meanwhile ?? []) await expectCode(0, other, directory, env);
  } finally {
    await stop(typed);
  }
  if (await isListening(url)) throw new Error(`${url} answers after Ctrl-C`);
}

/** Types a line into the shell that stands beside the running system: what it exports stays. */
export async function tryBeside(
  { command, how }: Rule & { readonly how: Extract<How, { kind: 'system' }> },
  clone: Clone,
): Promise<void> {
  const state = join(clone.directory, SHELL_STATE);
  const line = moved(how.instead ?? command, clone);
  const lines = [
    `[ -e ${SHELL_STATE} ] && . ./${SHELL_STATE}`,
    // A refusal is a failure here; the pages show the answer.
    'curl() { command curl --fail-with-body "$@"; }',
    line,
    `code=$?; { declare -p API_KEY SESSION WEBHOOK_SECRET FLEETLM_URL FLEETLM_TOKEN; } > ${state} 2>/dev/null; exit $code`,
  ];
  const { code, output } = await typeToTheEnd(
    lines.join('\n'),
    clone.directory,
    clone.env,
    COMMAND_LIMIT_MS,
  );
  if (code !== 0) throw new Error(`exit code ${code}:\n${output}`);
}

/** Starts the system as the README says, with what was built before; resolves when it runs. The result stops it. */
export async function startBeside(clone: Clone): Promise<() => Promise<void>> {
  rmSync(join(clone.directory, '.data'), { recursive: true, force: true });
  const typed = type('npm start', clone.directory, clone.env);
  await untilAnswers(typed, `http://127.0.0.1:${clone.ports.web}/login`);
  await waitUntil(
    () => typed.output().includes('FleetLM is running'),
    COMMAND_LIMIT_MS,
    () => `npm start did not say that it runs:\n${typed.output()}`,
  );
  return async () => {
    await stop(typed);
    rmSync(join(clone.directory, SHELL_STATE), { force: true });
  };
}

async function untilAnswers(typed: ReturnType<typeof type>, url: string): Promise<void> {
  await waitUntil(
    async () => {
      if (typed.child.exitCode !== null)
        throw new Error(`it ended with ${typed.child.exitCode}:\n${typed.output()}`);
      return isListening(url);
    },
    COMMAND_LIMIT_MS,
    () => `${url} did not answer:\n${typed.output()}`,
  );
}

/** Something listens there, whatever it answers: agents know no GET. */
async function isListening(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
  await response?.body?.cancel();
  return response !== null;
}

async function stop(typed: ReturnType<typeof type>): Promise<void> {
  signalGroup(typed, 'SIGINT');
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    signalGroup(typed, 'SIGKILL');
  }, STOP_LIMIT_MS);
  await typed.ended;
  clearTimeout(timer);
  if (hangs) throw new Error(`it did not stop within ${STOP_LIMIT_MS / 1_000} s of Ctrl-C`);
}

async function expectCode(
  wanted: number,
  command: string,
  cwd: string,
  env: Clone['env'],
): Promise<string> {
  const { code, output } = await typeToTheEnd(command, cwd, env, COMMAND_LIMIT_MS);
  if (code !== wanted)
    throw new Error(`"${command}": exit code ${code} instead of ${wanted}:\n${output}`);
  return output;
}

/** The first block of JavaScript of a page, as the file that its reader saves. */
function writeBlock(directory: string, page: string, file: string): void {
  const block = /```js\n([\s\S]*?)```/.exec(readFileSync(join(directory, page), 'utf8'))?.[1];
  if (block === undefined) throw new Error(`${page} has no block of JavaScript`);
  writeFileSync(join(directory, file), block);
}
