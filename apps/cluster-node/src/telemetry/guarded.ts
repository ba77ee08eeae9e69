/** Where work begins without a caller that waits: a closed set, the label of a metric. */
export const HANDLER_SOURCES = [
  'mesh',
  'call',
  'timer',
  'effect',
  'raft-event',
  'raft-callback',
  // Of the gateway.
  'rest',
  'stream',
  'socket',
  'admin',
  'listener',
  'ops',
] as const;
export type HandlerSource = (typeof HANDLER_SOURCES)[number];

/** What the work was about, for the log: a route, an event. */
export type HandlerContext = Readonly<Record<string, string | null>>;

export type HandlerErrorReporter = (
  source: HandlerSource,
  error: unknown,
  context: HandlerContext,
) => void;

/** Until a node says where its errors go they end the process, as they would without a guard. */
let report: HandlerErrorReporter = (_source, error) => {
  throw error;
};

/** Once a process, by what wires the node. */
export function reportHandlerErrors(reporter: HandlerErrorReporter): void {
  report = reporter;
}

/** The one way by which an exception that was caught is counted and logged. */
export function reportHandlerError(
  source: HandlerSource,
  error: unknown,
  context: HandlerContext = {},
): void {
  report(source, error, context);
}

/**
 * Work that is called by a timer, a socket or another part's callback. Its exception ends this work only: it is counted
 * and logged, and never reaches `uncaughtException`. Not for what must stop the process: a failed write of the log is an
 * event of its own.
 */
export function guarded<A extends readonly unknown[]>(
  source: HandlerSource,
  work: (...args: A) => void,
): (...args: A) => void {
  return (...args) => runGuarded(source, () => work(...args));
}

/** The same at once. False: it threw. */
export function runGuarded(source: HandlerSource, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    reportHandlerError(source, error);
    return false;
  }
}
