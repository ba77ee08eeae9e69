import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ReadinessState } from '../runtime/runtime-api.ts';
import { createLogger } from '../telemetry/logger.ts';
import {
  LOOK_MS,
  REPORT_MS,
  ServiceManager,
  START_PATIENCE_MS,
  STATUS_LENGTH_MAX,
  UNSENT_BYTES_MAX,
} from './service-manager.ts';

const STARTING: ReadinessState = { ready: false, reasons: ['waiting for n2'], degraded: [] };
const READY: ReadinessState = { ready: true, reasons: [], degraded: [] };
const { log } = createLogger({ level: 'silent', nodeId: 'n1' });

let directory: string;
let readiness: ReadinessState;
let manager: ServiceManager | null = null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fleetlm-notify-'));
  readiness = STARTING;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  manager?.stopping();
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

/** In the place of systemd's own: writes down what it is to send. */
function standIn(text = `printf '%s\\n' "$1" >> '${join(directory, 'sent')}'`): void {
  const file = join(directory, 'systemd-notify');
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

const sent = (): readonly string[] => {
  const file = join(directory, 'sent');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

function start(env: Readonly<Record<string, string>> = {}): void {
  manager = ServiceManager.start({
    env: { NOTIFY_SOCKET: '/run/notify', PATH: `${directory}:${process.env.PATH}`, ...env },
    readiness: () => readiness,
    monotonicMs: () => performance.now(),
    log,
  });
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

test('without systemd nothing is started', () => {
  expect(
    ServiceManager.start({
      env: { NOTIFY_SOCKET: '' },
      readiness: () => READY,
      monotonicMs: () => 0,
      log,
    }),
  ).toBeNull();
});

test('a start is extended while it goes on, reported once the node is ready, and watched from then on', async () => {
  standIn();
  start({ WATCHDOG_USEC: '6000000' });
  await expect.poll(sent).toEqual(['STATUS=waiting for n2', 'EXTEND_TIMEOUT_USEC=120000000']);
  readiness = READY;
  await pass(LOOK_MS);
  await expect.poll(sent).toHaveLength(4);
  expect(sent().slice(2)).toEqual(['STATUS=ready', 'READY=1']);
  await pass(2_000);
  await expect.poll(sent).toHaveLength(5);
  expect(sent().at(-1)).toBe('WATCHDOG=1');
  manager?.stopping();
  await expect.poll(() => sent().at(-1)).toBe('STOPPING=1');
});

test('a founding node that waits for the others is reported as started after its patience', async () => {
  standIn();
  start();
  await pass(START_PATIENCE_MS - REPORT_MS);
  await expect
    .poll(() => sent().filter((line) => line.startsWith('EXTEND')).length)
    .toBe(START_PATIENCE_MS / REPORT_MS);
  expect(sent()).not.toContain('READY=1');
  await pass(REPORT_MS);
  await expect.poll(() => sent().at(-1)).toBe('READY=1');
});

test('what the node does without is one line of bounded length, whatever it holds', async () => {
  standIn();
  readiness = { ready: true, reasons: [], degraded: [`a\nREADY=1 $(id) ; ${'b'.repeat(500)}`] };
  start();
  await expect.poll(sent).toHaveLength(2);
  const [status = ''] = sent();
  expect(status).toContain('STATUS=ready; a READY=1 $(id) ; bbb');
  expect(status).toHaveLength('STATUS='.length + STATUS_LENGTH_MAX);
});

test('reports that are not taken are dropped', async () => {
  standIn('exec sleep 60');
  const line = 'b'.repeat(STATUS_LENGTH_MAX);
  start();
  // A pipe takes 64 KiB before anything waits in the process itself.
  for (let at = 0; at < 1_000; at += 1) {
    readiness = { ready: false, reasons: [`${at} ${line}`], degraded: [] };
    await pass(LOOK_MS);
  }
  expect(manager?.unsentBytes).toBeLessThanOrEqual(UNSENT_BYTES_MAX + STATUS_LENGTH_MAX * 2);
  expect(manager?.unsentBytes).toBeGreaterThan(0);
});

test('a machine without systemd-notify has a node all the same', async () => {
  standIn('echo "no such thing" >&2; exit 1');
  const errors: unknown[] = [];
  const spy = vi.spyOn(log, 'error').mockImplementation((fields: unknown) => {
    errors.push(fields);
  });
  start();
  await expect.poll(() => errors).toEqual([{ why: 'no such thing' }]);
  readiness = READY;
  await pass(LOOK_MS);
  spy.mockRestore();
});
