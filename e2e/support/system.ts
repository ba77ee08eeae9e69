import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Action, control } from '../../packages/devkit/src/control.ts';
import { freePortBase, portsFrom } from '../../packages/devkit/src/ports.ts';

const ROOT = join(import.meta.dirname, '../..');
const START_LIMIT_MS = 240_000;

/** The shared systems, as Playwright's projects are named. */
export const ALL_GROUPS = 'all groups';
export const FEW_GROUPS = 'few groups';
/** The groups of a system whose journeys move them, or wait until each has a leader again. */
export const RAFT_GROUPS_FEW = 32;

/** Names a system as <PORT_BASE>:<data directory>: set by the global setup. */
export const SYSTEM_VARIABLES = {
  [ALL_GROUPS]: 'E2E_SYSTEM',
  [FEW_GROUPS]: 'E2E_SYSTEM_OF_FEW_GROUPS',
} as const;

/** The whole product, started the way a newcomer does, on ports and data of its own. */
export interface RunningSystem {
  /** PORT_BASE; empty: the default ports. */
  readonly portBase: string;
  readonly webUrl: string;
  readonly agentUrl: string;
  readonly nodeUrls: readonly string[];
  readonly databaseUrl: string;
  readonly dataDirectory: string;
  /** RAFT_GROUPS; undefined: as many as the nodes have by default. */
  readonly groups: number | undefined;
  readonly secrets: Readonly<Record<string, string>>;
  /** What `npm run part` does to one part: n1, n2, n3, postgres, agent, web. */
  control(action: Action, part: string): Promise<void>;
  /** Ctrl-C; resolves with the exit code and the seconds that it took. */
  interrupt(): Promise<{ readonly code: number | null; readonly seconds: number }>;
}

/**
 * A system that the journeys of a run share. E2E_SYSTEM is also set by hand for one that runs already, so that a journey can be
 * written against it (`E2E_SYSTEM=:.data` with `npm run dev`); all journeys share it then.
 */
export function sharedSystem(project: string): RunningSystem {
  const few = project === FEW_GROUPS ? process.env[SYSTEM_VARIABLES[FEW_GROUPS]] : undefined;
  const running = /^(\d*):(.+)$/.exec(few ?? process.env[SYSTEM_VARIABLES[ALL_GROUPS]] ?? '');
  if (running === null) throw new Error('E2E_SYSTEM must be <PORT_BASE>:<data directory>');
  return {
    ...systemAt(running[1] ?? '', resolve(ROOT, running[2] ?? '')),
    groups: few === undefined ? undefined : RAFT_GROUPS_FEW,
    interrupt: () => Promise.reject(new Error('A shared system is stopped at the end of the run')),
  };
}

/** A system of its own, on free ports; with a data directory the one that was stopped there. */
export async function startSystem(
  options: {
    readonly portBase?: string;
    readonly dataDirectory?: string;
    readonly groups?: number | undefined;
  } = {},
): Promise<RunningSystem> {
  const { groups } = options;
  const portBase = options.portBase ?? (await freePortBase());
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'fleetlm-e2e-'));
  // A Postgres of one's own is not for tests.
  const { DATABASE_URL: _, ...environment } = process.env;
  const parentWatch = pathToFileURL(join(ROOT, 'packages/devkit/parent-watch.mjs')).href;
  const script = join(ROOT, 'packages/devkit/scripts/start.ts');
  const child = spawn(process.execPath, ['--import', parentWatch, script], {
    cwd: ROOT,
    env: {
      ...environment,
      PORT_BASE: portBase,
      DATA_DIR: dataDirectory,
      ...(groups === undefined ? {} : { RAFT_GROUPS: String(groups) }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await untilRunning(child);
  return {
    ...systemAt(portBase, dataDirectory),
    groups,
    interrupt: async () => {
      const startedAt = performance.now();
      const code = await new Promise<number | null>((resolve) => {
        if (child.exitCode !== null) resolve(child.exitCode);
        child.once('exit', resolve);
        child.kill('SIGINT');
      });
      return { code, seconds: (performance.now() - startedAt) / 1000 };
    },
  };
}

function systemAt(
  portBase: string,
  dataDirectory: string,
): Omit<RunningSystem, 'groups' | 'interrupt'> {
  const ports = portsFrom(portBase);
  const urlOf = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    portBase,
    webUrl: urlOf(ports.web),
    agentUrl: urlOf(ports.agent),
    nodeUrls: ports.nodes.map(urlOf),
    databaseUrl: `postgresql://fleetlm:fleetlm@127.0.0.1:${ports.postgres}/fleetlm`,
    dataDirectory,
    secrets: JSON.parse(readFileSync(join(dataDirectory, 'secrets.json'), 'utf8')),
    control: async (action, part) => void (await control(dataDirectory, action, part)),
  };
}

/** Removes what a system kept; only after it has stopped. */
export function removeData(system: RunningSystem): void {
  rmSync(system.dataDirectory, { recursive: true, force: true });
}

function untilRunning(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const limit = setTimeout(() => {
      child.kill('SIGTERM');
      reject(new Error(`The system did not start within ${START_LIMIT_MS / 1000} s:\n${output}`));
    }, START_LIMIT_MS);
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      if (!output.includes('FleetLM is running')) return;
      clearTimeout(limit);
      resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(limit);
      reject(new Error(`The system ended with code ${code} before it ran:\n${output}`));
    });
  });
}
