import { spawnSync } from 'node:child_process';
import { chromium } from '@playwright/test';

/** Debian's Chromium without the window around each page, which costs more processor time than most pages do. */
const HEADLESS_PACKAGE = 'chromium-headless-shell';
const HEADLESS = `/usr/bin/${HEADLESS_PACKAGE}`;
const KNOWN_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
/** Without a network it gives up soon: a browser may be there already. */
const APT_OPTIONS = [
  ...['-y', '-qq', '--no-install-recommends'],
  ...['-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=10'],
];
const EXIT_CONFIGURATION = 78;
const VERSION_LIMIT_MS = 30_000;
const INSTALL_LIMIT_MS = 600_000;

/** What finding a browser needs of the machine. */
export interface Machine {
  /** CHROMIUM_PATH. */
  readonly named: string | undefined;
  readonly isRoot: boolean;
  /** Where Playwright puts its download. */
  readonly downloaded: string;
  /** Runs a program to its end, unseen; whether it was there and succeeded. */
  readonly run: (command: string, args: readonly string[]) => boolean;
  readonly say: (text: string) => void;
}

/** Nothing that can be repaired by trying again. The message is one sentence with the remedy. */
export class NoChromiumError extends Error {
  override readonly name = 'NoChromiumError';
}

/**
 * Path of a Chromium for the end-to-end tests: CHROMIUM_PATH, else Debian's headless package (installed as root, with
 * apt-get), else what the machine has, else Debian's whole package, else Playwright's own download. One that is there and
 * does not run (the placeholder of a snap, a missing library) is passed over.
 */
export function findChromium({ named, isRoot, downloaded, run, say }: Machine): string {
  const runs = (path: string): boolean => run(path, ['--version']);
  if (named !== undefined && named !== '') {
    if (runs(named)) return named;
    throw new NoChromiumError(
      `CHROMIUM_PATH is "${named}", which does not run as a Chromium: set it to the path of one, or unset it.`,
    );
  }
  if (runs(HEADLESS)) return HEADLESS;
  const canInstall = isRoot && run('apt-get', ['--version']);
  const install = (name: string): boolean => run('apt-get', ['install', ...APT_OPTIONS, name]);
  if (canInstall) {
    say('Installing a headless Chromium with apt-get for the end-to-end tests ...');
    run('apt-get', ['update', ...APT_OPTIONS]);
    if (install(HEADLESS_PACKAGE) && runs(HEADLESS)) return HEADLESS;
  }
  const found = KNOWN_PLACES.find(runs);
  if (found !== undefined) return found;
  if (canInstall) {
    install('chromium');
    const installed = KNOWN_PLACES.find(runs);
    if (installed !== undefined) return installed;
  }
  say('Downloading Chromium for the end-to-end tests ...');
  if (run('playwright', ['install', 'chromium']) && runs(downloaded)) return downloaded;
  throw new NoChromiumError(
    'The end-to-end tests need Chromium, and none was found or could be installed: install it (Debian and Ubuntu: ' +
      'sudo apt-get install chromium) or set CHROMIUM_PATH to a Chromium or Chrome.',
  );
}

/** The same on this machine; ends the process with the sentence when there is none. */
export function findOrInstallChromium(): string {
  try {
    return findChromium({
      named: process.env.CHROMIUM_PATH,
      isRoot: process.getuid?.() === 0,
      downloaded: chromium.executablePath(),
      run: (command, args) =>
        spawnSync(command, args, {
          stdio: 'ignore',
          env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
          timeout: args[0] === '--version' ? VERSION_LIMIT_MS : INSTALL_LIMIT_MS,
        }).status === 0,
      say: (text) => process.stdout.write(`${text}\n`),
    });
  } catch (error) {
    if (!(error instanceof NoChromiumError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exit(EXIT_CONFIGURATION);
  }
}
