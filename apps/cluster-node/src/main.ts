import process from 'node:process';
import { DirectoryInUseError } from '@fleetlm/raft/wal';
import packageJson from '../package.json' with { type: 'json' };
import { ClusterNode } from './compose/cluster-node.ts';
import { ConfigurationError, type Environment, readEnvironment } from './config/environment.ts';
import { ForeignDirectoryError } from './control/data-directory.ts';
import { describe } from './groups/storage.ts';
import { createLogger } from './telemetry/logger.ts';

/** Exit codes, as operators and supervisors know them. */
const CLEAN = 0;
const INTERNAL_FAULT = 70;
const CONFIGURATION = 78;
/** A graceful stop that hangs is given up: the log needs no farewell. */
const STOP_LIMIT_MS = 9_000;

function exitWith(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function environment(): Environment {
  try {
    return readEnvironment(process.env);
  } catch (error) {
    if (error instanceof ConfigurationError) exitWith(CONFIGURATION, error.message);
    throw error;
  }
}

const settings = environment();
const logger = createLogger({ level: settings.logLevel, nodeId: settings.nodeId });
const { log } = logger;

function die(
  code: typeof INTERNAL_FAULT | typeof CONFIGURATION,
  message: string,
  error?: unknown,
): never {
  log.fatal(error === undefined ? {} : { err: error }, message);
  logger.flush();
  exitWith(code, message);
}

function failed(error: unknown): never {
  const isConfiguration =
    error instanceof ConfigurationError ||
    error instanceof DirectoryInUseError ||
    error instanceof ForeignDirectoryError;
  const message = error instanceof Error ? error.message : String(error);
  if (isConfiguration) die(CONFIGURATION, message);
  die(INTERNAL_FAULT, message, error);
}

process.on('uncaughtException', (error) =>
  die(INTERNAL_FAULT, 'internal error: uncaught exception', error),
);
process.on('unhandledRejection', (error) =>
  die(INTERNAL_FAULT, 'internal error: unhandled rejection', error),
);

const starting = ClusterNode.start({
  environment: settings,
  log,
  version: packageJson.version,
  onFatal: (failure) =>
    die(INTERNAL_FAULT, failure.kind === 'invariant' ? failure.detail : describe(failure), failure),
  onRefused: (detail) => die(CONFIGURATION, detail),
  onFailure: failed,
});
starting.catch(failed);

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  setTimeout(() => die(INTERNAL_FAULT, 'stopping took too long'), STOP_LIMIT_MS).unref();
  starting
    .then((node) => node.stop())
    .then(() => {
      logger.flush();
      process.exit(CLEAN);
    }, failed);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
