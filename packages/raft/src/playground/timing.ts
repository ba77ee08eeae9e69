/**
 * Virtual times. Heartbeats and election timeouts are those of a node in production, in finer ticks, so that a
 * timer is seen to move; networks are slower than real ones, so that a message is seen on its way.
 */
export const TICK_MS = 20;
export const HEARTBEAT_TICKS = 10;
/** Ticks without a leader before a node campaigns; each node draws between this and twice as many. */
export const ELECTION_TICKS = 50;
/** Until an entry is on the disk. */
export const WRITE_MS = 10;
/** From the commit to the state machine. */
export const APPLY_MS = 4;
/** Between neighbours in the ring, and between nodes that are not. */
export const NEAR_MS = 30;
export const FAR_MS = 45;
export const JITTER_MS = 4;
export const CLIENT_MS = 30;
/** A client that hears nothing gives up: it does not know what became of its write. */
export const CLIENT_TIMEOUT_MS = 3_000;
/** Asks again after an answer that no leader is known. */
export const CLIENT_RETRY_MS = 300;
/** A lost message is shown this much longer. */
export const LOST_SHOWN_MS = 90;

/** Five nodes; the ring has a place for each. */
export const NODE_IDS = [1, 2, 3, 4, 5] as const;

/** Virtual time that may pass before the scene has to be loaded anew: undo plays all of it again. */
export const RUN_MS_MAX = 600_000;
/** Writes of the client in one scene; further ones are refused with a line in the story. */
export const WRITES_MAX = 100;
/** Lines of the story that are kept; the oldest go first. */
export const STORY_LINES_MAX = 300;
/** A step ends here when nothing is to be seen. */
export const STEP_MS_MAX = 5_000;
