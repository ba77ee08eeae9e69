/**
 * Asks the node on this machine whether it is live, or with `ready` whether it serves; exit code 0: yes. With `--wait` and
 * a number of seconds it asks until the answer is yes, for so long.
 */
import { get } from 'node:http';
import { get as getWithTls } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';

const CALL_LIMIT_MS = 3_000;
const ASK_EVERY_MS = 250;
const WAIT_S_MAX = 3_600;

const [kind = 'live', flag, seconds = '0'] = process.argv.slice(2);
const waitS = Number(seconds);
const isWellFormed =
  ['live', 'ready'].includes(kind) &&
  [undefined, '--wait'].includes(flag) &&
  Number.isInteger(waitS) &&
  waitS >= 0 &&
  waitS <= WAIT_S_MAX;
if (!isWellFormed) {
  process.stderr.write(`healthcheck.js [live|ready] [--wait SECONDS (0 to ${WAIT_S_MAX})]\n`);
  process.exit(78);
}

/** Where the node listens; on all addresses means on loopback, too. */
function address(): string {
  const host = process.env.HOST || '127.0.0.1';
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

const isEncrypted = (process.env.TLS_CERT ?? '') !== '';
const url = `${isEncrypted ? 'https' : 'http'}://${address()}:${process.env.PORT || '4001'}/health/${kind}`;

/** Null: yes; else why not. */
function ask(): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { signal: AbortSignal.timeout(CALL_LIMIT_MS) };
    // Its own node, at an address that its certificate is not for: who answers is not in question.
    const request = isEncrypted
      ? getWithTls(url, { ...options, rejectUnauthorized: false })
      : get(url, options);
    request.once('error', () => resolve('the node does not answer'));
    request.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.once('error', () => resolve('the node does not answer'));
      response.once('end', () => resolve(response.statusCode === 200 ? null : text));
    });
  });
}

const deadline = performance.now() + waitS * 1_000;
let reason = await ask();
while (reason !== null && performance.now() < deadline) {
  await pause(ASK_EVERY_MS);
  reason = await ask();
}
if (reason !== null) process.stderr.write(`${url}: ${reason}\n`);
process.exitCode = reason === null ? 0 : 1;
