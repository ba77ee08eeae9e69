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
}

export const DISPATCH_LIMITS: DispatchLimits = {
  pollMs: 50,
  callsMax: 256,
  callsPerAgentMax: 64,
  commitLimitMs: 15_000,
  commitRetryMs: 200,
  breakerWaitMs: 30_000,
  rescanMs: 250,
};
