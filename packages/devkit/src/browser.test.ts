import { expect, test } from 'vitest';
import { findChromium, type Machine } from './browser.ts';

/** A machine on which only these commands succeed; `ran` is what was tried. */
function machine(
  succeeds: (command: string, ran: readonly string[]) => boolean,
  options: Partial<Machine> = {},
): Machine & { readonly ran: string[] } {
  const ran: string[] = [];
  return {
    named: undefined,
    isRoot: false,
    downloaded: '/downloads/chrome',
    say: () => undefined,
    run: (command, args) => {
      ran.push(`${command} ${args[0]}`);
      return succeeds(command, ran);
    },
    ...options,
    ran,
  };
}

test('takes the Chromium that CHROMIUM_PATH names, and installs nothing', () => {
  const bare = machine((command) => command === '/opt/chrome', { named: '/opt/chrome' });
  expect(findChromium(bare)).toBe('/opt/chrome');
  expect(bare.ran).toEqual(['/opt/chrome --version']);
});

test('a CHROMIUM_PATH that does not run is one sentence, and nothing else is tried', () => {
  const bare = machine(() => false, { named: '/nowhere', isRoot: true });
  expect(() => findChromium(bare)).toThrow(/^CHROMIUM_PATH is "\/nowhere", which .* unset it\.$/);
  expect(bare.ran).toHaveLength(1);
});

test('passes over a browser that is there and does not run', () => {
  expect(findChromium(machine((command) => command === '/usr/bin/google-chrome'))).toBe(
    '/usr/bin/google-chrome',
  );
});

test('takes the headless Chromium that is there, and installs nothing', () => {
  const equipped = machine((command) => command.startsWith('/usr/bin/chromium'), { isRoot: true });
  expect(findChromium(equipped)).toBe('/usr/bin/chromium-headless-shell');
  expect(equipped.ran).toEqual(['/usr/bin/chromium-headless-shell --version']);
});

test('root with apt-get: installs Debian’s headless package, also beside a Chromium with windows', () => {
  const bare = machine(
    (command, ran) =>
      command === 'apt-get' ||
      command === '/usr/bin/chromium' ||
      (command === '/usr/bin/chromium-headless-shell' && ran.includes('apt-get install')),
    { isRoot: true },
  );
  expect(findChromium(bare)).toBe('/usr/bin/chromium-headless-shell');
});

test('root with apt-get that has no headless package: takes the Chromium that is there', () => {
  const bare = machine((command) => command === '/usr/bin/chromium', { isRoot: true });
  expect(findChromium(bare)).toBe('/usr/bin/chromium');
});

test('root with apt-get that has no headless package, and no Chromium: installs the whole package', () => {
  const installs = (ran: readonly string[]) => ran.filter((one) => one === 'apt-get install');
  const bare = machine(
    (command, ran) =>
      command === 'apt-get' || (command === '/usr/bin/chromium' && installs(ran).length === 2),
    { isRoot: true },
  );
  expect(findChromium(bare)).toBe('/usr/bin/chromium');
});

test.each([
  ['not root', { isRoot: false }],
  ['root without apt-get', { isRoot: true }],
])('%s: takes Playwright’s download', (_, options) => {
  const bare = machine(
    (command) => command === 'playwright' || command === '/downloads/chrome',
    options,
  );
  expect(findChromium(bare)).toBe('/downloads/chrome');
  expect(bare.ran).not.toContain('apt-get install');
});

test('a download that lacks a library of the system is no browser', () => {
  expect(() => findChromium(machine((command) => command === 'playwright'))).toThrow(
    /^The end-to-end tests need Chromium/,
  );
});

test('apt-get and the download fail: one sentence says what is missing and how to get it', () => {
  const bare = machine((command) => command === 'apt-get', { isRoot: true });
  expect(() => findChromium(bare)).toThrow(
    /^The end-to-end tests need Chromium, [^.]* apt-get install chromium\) or set CHROMIUM_PATH [^.]*\.$/,
  );
});
