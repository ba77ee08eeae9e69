import { guarded } from '../telemetry/guarded.ts';
import type { Logger, LogLevel } from '../telemetry/logger.ts';

export interface LogLevelState {
  readonly level: LogLevel;
  /** When it returns to the configured one; null: with the next start. */
  readonly until: string | null;
}

/** Changes what is logged while the node runs, for a time or until it starts again. */
export class LogLevelControl {
  readonly #log: Logger;
  readonly #configured: LogLevel;
  readonly #wallClockMs: () => number;
  #state: LogLevelState;
  #timer: NodeJS.Timeout | null = null;

  constructor(log: Logger, configured: LogLevel, wallClockMs: () => number) {
    this.#log = log;
    this.#configured = configured;
    this.#wallClockMs = wallClockMs;
    this.#state = { level: configured, until: null };
  }

  get state(): LogLevelState {
    return this.#state;
  }

  /** Seconds are null for a level that stays. */
  set(level: LogLevel, seconds: number | null, by: string): LogLevelState {
    this.close();
    const until =
      seconds === null ? null : new Date(this.#wallClockMs() + seconds * 1000).toISOString();
    this.#change({ level, until }, by);
    if (seconds !== null)
      this.#timer = setTimeout(
        guarded('timer', () => this.#change({ level: this.#configured, until: null }, 'its time')),
        seconds * 1000,
      ).unref();
    return this.#state;
  }

  #change(state: LogLevelState, by: string): void {
    // Under both levels, so that a log that falls silent says so. One of the two lines is dropped where a level hides it.
    const change = { from: this.#state.level, ...state, by };
    this.#log.warn(change, 'ops: log level is changed');
    this.#log.level = state.level;
    this.#state = state;
    this.#log.warn(change, 'ops: log level was changed');
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
