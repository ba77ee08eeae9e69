import { destination, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger };

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Beyond this much unwritten output further lines are dropped: a blocked pipe must not stop the node. */
export const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

/** Fields that hold secrets, wherever a line has them. They are not to be logged; where they are, they are left out. */
const SECRET_NAMES = [
  'authorization',
  'Authorization',
  'cookie',
  'secret',
  'previousSecret',
  'token',
  'apiKey',
  'headers',
  'webhook-signature',
] as const;
const SECRET_FIELDS: readonly string[] = SECRET_NAMES.flatMap((name) => {
  const field = name.includes('-') ? `["${name}"]` : name;
  return [field, name.includes('-') ? `*${field}` : `*.${field}`];
});

export interface NodeLogger {
  readonly log: Logger;
  /** Writes what is still in memory; for the last words before an exit. */
  flush(): void;
}

/** JSON lines on standard output, written behind the caller's back. */
export function createLogger(options: {
  readonly level: LogLevel;
  readonly nodeId: string;
  /** Standard output, by default. */
  readonly file?: string;
}): NodeLogger {
  const dest = options.file ?? 1;
  const stream = destination({ dest, sync: false, maxLength: OUTPUT_BYTES_MAX });
  const settings: LoggerOptions = {
    level: options.level,
    base: { node: options.nodeId, pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: [...SECRET_FIELDS], censor: '[redacted]' },
    formatters: { level: (label) => ({ level: label }) },
  };
  const log = pino(settings, stream);
  return {
    log,
    flush: () => {
      try {
        stream.flushSync();
      } catch {
        // Standard output is gone or not open yet: there is nowhere left to write.
      }
    },
  };
}
