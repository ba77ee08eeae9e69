import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { CONFIG_BYTES_MAX, TOKEN_LENGTH_MAX, URL_LENGTH_MAX } from '../limits.ts';
import { connectionSettings, OPS_URL_DEFAULT, URL_DEFAULT } from './settings.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'fleetlm-cli-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function configured(text: string): string {
  const path = join(home, '.config/fleetlm/config.json');
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function failureOf(run: () => unknown): CommandFailure {
  try {
    run();
  } catch (error) {
    if (error instanceof CommandFailure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

test('without any configuration a node on this machine is asked, without a token', () => {
  expect(connectionSettings({}, {}, home)).toEqual({
    url: URL_DEFAULT,
    opsUrl: OPS_URL_DEFAULT,
    token: null,
  });
});

test('options stand over the environment, which stands over the file', () => {
  configured('{"url":"http://file:1","ops_url":"http://ops:1","token":"of-the-file"}');
  expect(connectionSettings({}, {}, home)).toEqual({
    url: 'http://file:1',
    opsUrl: 'http://ops:1',
    token: 'of-the-file',
  });
  const env = { FLEETLM_URL: 'http://env:1/', API_KEY: 'key', FLEETLM_TOKEN: '' };
  expect(connectionSettings({}, env, home)).toMatchObject({ url: 'http://env:1', token: 'key' });
  const named = { ...env, FLEETLM_TOKEN: 'token' };
  expect(connectionSettings({ url: 'https://option' }, named, home)).toMatchObject({
    url: 'https://option',
    token: 'token',
  });
});

describe('what is wrong is named', () => {
  test.each([
    [{ url: 'n1:4001' }, {}, '--url must be the http or https address'],
    [{ url: 'http://user:password@n1' }, {}, '--url must be the http or https address'],
    [{ token: 'two words' }, {}, '--token must consist of visible ASCII'],
    [{ token: '' }, {}, '--token must not be empty'],
    [{}, { FLEETLM_URL: 'ftp://n1' }, 'FLEETLM_URL must be the http'],
    [{}, { FLEETLM_CONFIG: '/nowhere/at/all.json' }, 'it does not exist'],
  ])('%j %j', (options, env, message) => {
    const failure = failureOf(() => connectionSettings(options, env, home));
    expect(failure.exitCode).toBe(EXIT.configuration);
    expect(failure.message).toContain(message);
  });

  test.each([
    ['{', 'JSON'],
    ['{"url":7}', 'url: '],
    ['{"adress":"http://n1"}', 'the whole: '],
  ])('in the file: %s', (text, message) => {
    const path = configured(text);
    const failure = failureOf(() => connectionSettings({}, {}, home));
    expect(failure.exitCode).toBe(EXIT.configuration);
    expect(failure.message).toContain(path);
    expect(failure.message).toContain(message);
  });
});

test('a token, an address and a file are taken up to their limits', () => {
  const url = `http://n1/${'a'.repeat(URL_LENGTH_MAX - 'http://n1/'.length)}`;
  const token = 'a'.repeat(TOKEN_LENGTH_MAX);
  expect(connectionSettings({ url, token }, {}, home)).toMatchObject({ url, token });
  expect(failureOf(() => connectionSettings({ url: `${url}a` }, {}, home)).message).toContain(
    `${URL_LENGTH_MAX}`,
  );
  expect(failureOf(() => connectionSettings({ token: `${token}a` }, {}, home)).message).toContain(
    `${TOKEN_LENGTH_MAX}`,
  );
  const text = '{"url":"http://file:1"}';
  configured(text.padEnd(CONFIG_BYTES_MAX));
  expect(connectionSettings({}, {}, home).url).toBe('http://file:1');
  configured(text.padEnd(CONFIG_BYTES_MAX + 1));
  expect(failureOf(() => connectionSettings({}, {}, home)).message).toContain('is larger than');
});
