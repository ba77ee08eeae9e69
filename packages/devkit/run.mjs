// Entry of every root command. Plain JavaScript, because it runs on whatever Node is there (20.19 and
// up): installs what is missing, generates the database client, then hands over to the repository's own Node 24.
//
//   node run.mjs <script>.ts [args]            a script of packages/devkit/scripts
//   node run.mjs --entry <path>.ts [args]      any file, its path relative to the repository's root

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const binDirectory = join(root, 'node_modules/.bin');
const stampFile = join(root, 'node_modules/.install-stamp');
const generatedClient = join(root, 'packages/database/src/generated/client.ts');
const generateStampFile = join(root, 'node_modules/.generate-stamp');
const lockDirectory = join(root, '.install.lock');
const quietEnvironment = {
  NEXT_TELEMETRY_DISABLED: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  BETTER_AUTH_TELEMETRY: '0',
  DO_NOT_TRACK: '1',
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  npm_config_update_notifier: 'false',
};

function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}

function wantedStamp() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');
}

function installIsCurrent() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8').trim() === wantedStamp();
}

function npm(args) {
  const npmPath = process.env.npm_execpath;
  const [command, prefix] = npmPath ? [process.execPath, [npmPath]] : ['npm', []];
  const { status } = spawnSync(command, [...prefix, ...args], {
    cwd: root,
    stdio: 'inherit',
    // Prisma's schema engine is used as WebAssembly; a set path keeps its installer from downloading.
    env: {
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      ...process.env,
      ...quietEnvironment,
      npm_config_workspace: undefined,
      npm_config_workspaces: undefined,
    },
  });
  return status === 0;
}

function processIsAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Two commands started at once must not install over each other. */
function takeInstallLock() {
  const ownerFile = join(lockDirectory, 'pid');
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      mkdirSync(lockDirectory);
      writeFileSync(ownerFile, String(process.pid));
      process.on('exit', () => rmSync(lockDirectory, { recursive: true, force: true }));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    let abandoned = false;
    try {
      abandoned = existsSync(ownerFile)
        ? !processIsAlive(Number(readFileSync(ownerFile, 'utf8')))
        : Date.now() - statSync(lockDirectory).mtimeMs > 5000;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    if (abandoned) rmSync(lockDirectory, { recursive: true, force: true });
    Atomics.wait(sleeper, 0, 0, 200);
  }
}

function install() {
  if (installIsCurrent()) return;
  takeInstallLock();
  if (!installIsCurrent()) {
    process.stderr.write('Installing dependencies ...\n');
    const options = [
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      // Some dependencies warn about the Node that runs npm; the project runs on the one that it installs.
      '--loglevel=error',
    ];
    if (!npm(['ci', ...options]) && !npm(['install', '--no-save', ...options])) {
      fail('Installing the dependencies failed; the messages of npm above say why.');
    }
    writeFileSync(stampFile, `${wantedStamp()}\n`);
  }
  rmSync(lockDirectory, { recursive: true, force: true });
}

function findNode24() {
  const candidates = [
    join(binDirectory, process.platform === 'win32' ? 'node.exe' : 'node'),
    process.execPath,
  ];
  for (const candidate of candidates) {
    if (!existsSync(candidate)) continue;
    const { stdout } = spawnSync(candidate, ['--version'], { encoding: 'utf8' });
    if (Number(/^v(\d+)/.exec(stdout ?? '')?.[1]) >= 24) return candidate;
  }
  return fail(
    `FleetLM needs Node 24. No build of it could be installed for ${process.platform}-${process.arch}, ` +
      `and the installed one is ${process.version}. Install Node 24 or newer and run the command again.`,
  );
}

function wantedGenerateStamp() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'prisma/schema.prisma')))
    .update(wantedStamp())
    .digest('hex');
}

function clientIsCurrent() {
  return (
    existsSync(generatedClient) &&
    existsSync(generateStampFile) &&
    readFileSync(generateStampFile, 'utf8').trim() === wantedGenerateStamp()
  );
}

/** Every command may import the database client, which is not in the repository: none starts without it. */
function generateClient(node24) {
  if (clientIsCurrent()) return;
  takeInstallLock();
  if (!clientIsCurrent()) {
    const { status, stdout, stderr } = spawnSync(
      node24,
      [join(root, 'node_modules/prisma/build/index.js'), 'generate'],
      {
        cwd: root,
        encoding: 'utf8',
        // A set path keeps Prisma from downloading its native engine, which `generate` never runs.
        env: {
          ...process.env,
          ...quietEnvironment,
          PRISMA_SCHEMA_ENGINE_BINARY: node24,
          PATH: `${binDirectory}${delimiter}${process.env.PATH ?? ''}`,
        },
      },
    );
    if (status !== 0) fail(`Generating the database client failed:\n${stdout}${stderr}`);
    writeFileSync(generateStampFile, `${wantedGenerateStamp()}\n`);
  }
  rmSync(lockDirectory, { recursive: true, force: true });
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`FleetLM's commands need Node 20.19 or newer to start; this is ${process.version}.`);
}

const [first, ...rest] = process.argv.slice(2);
const isEntry = first === '--entry';
const name = isEntry ? rest.shift() : first;
if (!name) fail('Usage: node run.mjs <script>.ts [args]');
const target = join(root, isEntry ? name : join('packages/devkit/scripts', name));
if (!existsSync(target)) fail(`There is no ${target}.`);

if (name !== 'fix-lockfile.ts' || !existsSync(binDirectory)) install();
const node24 = findNode24();
if (name !== 'fix-lockfile.ts') generateClient(node24);
const parentWatch = pathToFileURL(join(root, 'packages/devkit/parent-watch.mjs')).href;
const child = spawn(node24, ['--import', parentWatch, target, ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    ...quietEnvironment,
    PATH: `${binDirectory}${delimiter}${process.env.PATH ?? ''}`,
    NODE: node24,
    npm_node_execpath: node24,
  },
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.kill(signal));
}

// npm that is killed outright forwards nothing: notice that the parent changed, and stop.
const parentPid = process.ppid;
setInterval(() => {
  if (process.ppid !== parentPid) child.kill('SIGTERM');
}, 500).unref();

child.on('error', (error) => fail(`Node 24 did not start: ${error.message}`));
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  for (const forwarded of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(forwarded);
  process.kill(process.pid, signal);
});
