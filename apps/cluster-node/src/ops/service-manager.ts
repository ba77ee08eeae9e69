import { type ChildProcess, spawn } from 'node:child_process';
import type { ReadinessState } from '../runtime/runtime-api.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';

/** How often the node looks whether it is ready, and whether its supervisor is to be sent something. */
export const LOOK_MS = 1_000;
/** A node that serves nothing yet is reported as started after this long: founding nodes wait for each other. */
export const START_PATIENCE_MS = 300_000;
/** How much longer a start may take with each report of its progress. */
export const START_EXTENSION_MS = 120_000;
/** Between two reports of a start, and of a node without a watchdog. */
export const REPORT_MS = 20_000;
/** Characters of the status that `systemctl status` shows. */
export const STATUS_LENGTH_MAX = 200;
/** Reports that the helper has not taken yet; beyond them new ones are dropped. */
export const UNSENT_BYTES_MAX = 4 * 1024;

/** Reads a variable from each line, and sends it: as a process of its own, so that the node never forks its memory. */
const HELPER = 'while IFS= read -r line; do systemd-notify "$line"; done';

export interface ServiceManagerOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readiness: () => ReadinessState;
  readonly monotonicMs: () => number;
  readonly log: Logger;
}

/**
 * Reports to systemd (sd_notify): that a start makes progress, that the node serves, that its event loop turns, that it stops. Each report
 * comes from the event loop itself, so that a node which hangs falls silent and is started again.
 */
export class ServiceManager {
  readonly #options: ServiceManagerOptions;
  readonly #helper: ChildProcess;
  readonly #timer: NodeJS.Timeout;
  readonly #startedMs: number;
  readonly #beatMs: number;
  #isStarted = false;
  #isBroken = false;
  #beatAtMs: number;
  #status = '';

  /** Null: no service manager started this process. */
  static start(options: ServiceManagerOptions): ServiceManager | null {
    return (options.env.NOTIFY_SOCKET ?? '') === '' ? null : new ServiceManager(options);
  }

  private constructor(options: ServiceManagerOptions) {
    this.#options = options;
    this.#startedMs = options.monotonicMs();
    this.#beatAtMs = this.#startedMs - REPORT_MS;
    this.#beatMs = beatMs(options.env.WATCHDOG_USEC);
    this.#helper = spawn('/bin/sh', ['-c', HELPER], {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { PATH: options.env.PATH ?? '/usr/bin:/bin', NOTIFY_SOCKET: options.env.NOTIFY_SOCKET },
    });
    this.#helper.once('error', (error) => this.#broken(error.message));
    this.#helper.once('exit', (code) => this.#broken(`the helper ended with code ${code}`));
    this.#helper.stdin?.on('error', (error) => this.#broken(error.message));
    this.#helper.stderr?.once('data', (text: Buffer) => this.#complained(text));
    // Neither keeps the process from ending.
    this.#helper.unref();
    this.#timer = setInterval(
      guarded('timer', () => this.#look()),
      LOOK_MS,
    ).unref();
    this.#look();
  }

  #look(): void {
    const nowMs = this.#options.monotonicMs();
    const readiness = this.#options.readiness();
    this.#describe(readiness);
    if (!this.#isStarted && (readiness.ready || nowMs - this.#startedMs >= START_PATIENCE_MS)) {
      this.#isStarted = true;
      this.#beatAtMs = nowMs;
      this.#send('READY=1');
      return;
    }
    if (nowMs - this.#beatAtMs < this.#beatMs) return;
    this.#beatAtMs = nowMs;
    this.#send(
      this.#isStarted ? 'WATCHDOG=1' : `EXTEND_TIMEOUT_USEC=${START_EXTENSION_MS * 1_000}`,
    );
  }

  /** For `systemctl status`: what the node waits for, or does without. */
  #describe({ ready, reasons, degraded }: ReadinessState): void {
    const words = ready ? ['ready', ...degraded] : reasons;
    const status = words.join('; ').slice(0, STATUS_LENGTH_MAX).replaceAll(/\s/g, ' ');
    if (status === this.#status) return;
    this.#status = status;
    this.#send(`STATUS=${status}`);
  }

  /** What the helper has not taken yet. */
  get unsentBytes(): number {
    return this.#helper.stdin?.writableLength ?? 0;
  }

  #send(variable: string): void {
    if (this.#isBroken || this.unsentBytes > UNSENT_BYTES_MAX) return;
    this.#helper.stdin?.write(`${variable}\n`);
  }

  #broken(why: string): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    clearInterval(this.#timer);
    this.#options.log.error({ why }, 'service manager: reports to systemd have ended');
  }

  #complained(text: Buffer): void {
    const why = text.toString('utf8').slice(0, STATUS_LENGTH_MAX).trim();
    this.#options.log.error({ why }, 'service manager: systemd-notify failed');
  }

  /** The node stops, and may take its time. */
  stopping(): void {
    clearInterval(this.#timer);
    this.#send('STOPPING=1');
    this.#isBroken = true;
    this.#helper.stdin?.end();
  }
}

/** A third of what systemd allows, so that two reports may be late. */
function beatMs(watchdogUsec: string | undefined): number {
  const allowed = Number(watchdogUsec);
  if (watchdogUsec === undefined || !Number.isFinite(allowed) || allowed <= 0) return REPORT_MS;
  return Math.max(LOOK_MS, Math.min(REPORT_MS, Math.floor(allowed / 3_000)));
}
