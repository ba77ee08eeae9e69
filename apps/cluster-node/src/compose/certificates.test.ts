import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ConfigurationError } from '../config/environment.ts';
import { CONNECTION_TIMES, type HttpListener, listenHttp } from '../gateway/http-listener.ts';
import { Certificate } from './certificates.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleetlm-certificates-'));
const paths = { certificate: join(directory, 'in-use.crt'), key: join(directory, 'in-use.key') };
const lines: Record<string, unknown>[] = [];
const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) });
const closing: (() => unknown)[] = [];

/** One that signs itself, for so many days. */
function make(name: string, days: number): void {
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`],
      ...['-days', String(days)],
    ],
    { cwd: directory, stdio: 'ignore' },
  );
}

/** Never seen in part. */
function put(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function use(certificate: string, key = certificate): void {
  put(paths.certificate, readFileSync(join(directory, `${certificate}.crt`), 'utf8'));
  put(paths.key, readFileSync(join(directory, `${key}.key`), 'utf8'));
}

beforeAll(() => {
  make('first', 10);
  make('second', 20);
});
afterEach(async () => {
  lines.length = 0;
  for (const close of closing.splice(0)) await close();
});
afterAll(() => rmSync(directory, { recursive: true }));

function certificate(): Certificate {
  const read = new Certificate({ variable: 'TLS_CERT', paths, log, checkMs: 10 });
  closing.push(() => read.stop());
  return read;
}

const daysLeft = ({ expiresAtS }: Certificate): number =>
  Math.round((expiresAtS - Date.now() / 1_000) / 86_400);

test('a certificate that is written anew is in use without a restart, and its end is known', async () => {
  use('first');
  const read = certificate();
  const renewed: string[] = [];
  read.watch((files) => renewed.push(files.certificate));
  expect(daysLeft(read)).toBe(10);
  use('second');
  await expect.poll(() => daysLeft(read)).toBe(20);
  expect(renewed).toEqual([read.files.certificate]);
  // A look between the two files finds a pair that does not fit, which is logged as well.
  expect(lines.at(-1)).toMatchObject({ msg: 'tls: certificate renewed', variable: 'TLS_CERT' });
});

test('files that are none, or do not belong together, leave the one in use; that is logged once', async () => {
  use('first');
  const read = certificate();
  const before = read.files;
  read.watch(() => undefined);
  use('second', 'first');
  await expect.poll(() => lines.length).toBe(1);
  put(paths.certificate, 'no certificate');
  await expect.poll(() => lines.length).toBe(2);
  rmSync(paths.certificate);
  await expect.poll(() => lines.length).toBe(3);
  for (const line of lines)
    expect(line).toMatchObject({ msg: 'tls: certificate not renewed, the one in use stays' });
  expect(read.files).toBe(before);
  use('second');
  await expect.poll(() => daysLeft(read)).toBe(20);
});

test.each(['no such file', 'not a certificate', 'not its key'])(
  'a node does not start with %s',
  (fault) => {
    use('first', fault === 'not its key' ? 'second' : 'first');
    if (fault === 'no such file') rmSync(paths.key);
    if (fault === 'not a certificate') put(paths.certificate, 'x');
    expect(certificate).toThrow(ConfigurationError);
    expect(certificate).toThrow(/^TLS_CERT: the certificate can't be used: /);
  },
);

async function listen(read: Certificate): Promise<HttpListener & { readonly port: number }> {
  const listener = await listenHttp({
    host: '127.0.0.1',
    port: 0,
    certificate: read,
    waitingFor: () => ['a test'],
    limits: {
      ...CONNECTION_TIMES,
      addressConnections: 10_000,
      trustedProxies: [],
      refused: () => undefined,
    },
  });
  closing.push(() => {
    listener.server.closeAllConnections();
    listener.server.close();
  });
  const address = listener.server.address();
  return { ...listener, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

async function dial(port: number): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  closing.push(() => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

async function ask(port: number): Promise<{ peer: PeerCertificate; answer: string }> {
  const socket = await dial(port);
  const peer = socket.getPeerCertificate();
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n');
  await expect.poll(() => answer).toContain('true');
  socket.destroy();
  return { peer, answer };
}

test('the public port speaks TLS, and a renewed certificate is used for the next connection', async () => {
  use('first');
  const { port } = await listen(certificate());
  const first = await ask(port);
  expect(first.answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(first.peer.subject.CN).toBe('first');
  const open = await dial(port);
  use('second');
  await expect.poll(async () => (await ask(port)).peer.subject.CN).toBe('second');
  expect(open.destroyed).toBe(false);
});

test('a caller without encryption is hung up on, and given no answer', async () => {
  use('first');
  const { port } = await listen(certificate());
  await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow('fetch failed');
  expect((await ask(port)).answer).toContain('200');
});
