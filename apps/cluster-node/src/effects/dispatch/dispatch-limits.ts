/** How the engine paces itself. Times in milliseconds. */
export interface DispatchLimits {
  readonly pollMs: number;
  /** Calls at once of this node; work beyond that waits in the state, which is where it is anyway. */
  readonly callsMax: number;
  readonly callsPerAgentMax: number;
  /** How long the end of an attempt is proposed again while the group has no quorum. */
  readonly commitLimitMs: number;
  readonly commitRetryMs: number;
  /** How long work waits for an agent that is left alone before it is given up, visibly. */
  readonly breakerWaitMs: number;
  /** One led group is looked through so often, should an event ever have been missed. */
  readonly rescanMs: number;
  /** How long the engine waits for an answer of the node: to a proposal, for a history, for registrations. */
  readonly portLimitMs: number;
  /** How long a run is held up for a message or a stop whose outcome does not come. */
  readonly holdLimitMs: number;
  /** Work that came to nothing is looked at again after a pause that doubles up to this. */
  readonly setbackPauseMaxMs: number;
}

/** Exceptions in a row before the turn of a session fails. */
export const EXCEPTIONS_MAX = 5;
/** Times that the end of an attempt is proposed when the proposal itself throws. */
export const CONCLUSION_EXCEPTIONS_MAX = 3;
/** Times in a row that a checkpoint may fail with an exception before the run goes on without. */
export const CHECKPOINT_EXCEPTIONS_MAX = 3;

export const DISPATCH_LIMITS: DispatchLimits = {
  pollMs: 50,
  callsMax: 256,
  callsPerAgentMax: 64,
  commitLimitMs: 15_000,
  commitRetryMs: 200,
  breakerWaitMs: 30_000,
  rescanMs: 250,
  portLimitMs: 30_000,
  holdLimitMs: 30_000,
  setbackPauseMaxMs: 10_000,
};
