import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createLogger } from './logger.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleetlm-logger-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('a secret that is logged by mistake does not appear', async () => {
  const file = join(directory, 'log');
  const { log, flush } = createLogger({ level: 'info', nodeId: 'n1', file });
  const secret = 'a-secret-of-the-owner';
  const agent = { id: 'bot', secret, previousSecret: { secret }, headers: { 'x-key': secret } };
  log.info(agent, 'an agent');
  log.info({ agent }, 'an agent within');
  log.warn({ authorization: `Bearer ${secret}`, token: secret, apiKey: secret }, 'a request');
  log.warn({ request: { headers: { cookie: secret }, cookie: secret } }, 'another one');
  log.warn({ 'webhook-signature': secret, call: { 'webhook-signature': secret } }, 'a call');
  log.error({ err: new Error('a fault') }, 'what is no secret stays');
  await expect
    .poll(() => {
      flush();
      return readFileSync(file, 'utf8').split('\n').filter(Boolean).length;
    })
    .toBe(6);
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain(secret);
  expect(text).toContain('[redacted]');
  expect(text).toContain('a fault');
  expect(text).toContain('"id":"bot"');
});
