/** Of one agent on this node, all its calls together. More than models say, and little enough to leave time for others. */
export const CHUNKS_PER_SECOND_MAX = 20_000;
/** Of the node's time, one agent's chunks may take a quarter. */
const AGENT_TIME_FACTOR = 4;
/** And those of all agents together half. */
const NODE_TIME_FACTOR = 2;
/** So much of a second's worth may come at once. */
const BURST_MS = 500;
/** Who is ahead by no more than this is not among those that make the node busy. */
const QUIET_MS = 20;
const AGENTS_MAX = 1_000;

/**
 * Keeps agents that say very much very fast from taking the node's time from all others: an agent above the rate
 * reads on later, and its connection fills up meanwhile. When many are loud at once they share half of the node's time,
 * and who says little is not held up. The generic cell rate algorithm (ITU-T I.371).
 */
export class ChunkThrottle {
  /** When an agent would have sent what it has sent, at the rate that is allowed. */
  readonly #expectedAt = new Map<string, number>();
  /** The same of all agents. */
  #allExpectedAt = 0;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Resolves when so many more chunks of this agent are within its pace; at once, as a rule. */
  async kept(agentId: string, chunks: number, spentMs: number): Promise<void> {
    const waitMs = this.waitMs(agentId, chunks, spentMs);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }

  /** Counts the chunks and the time they took, and how long to wait before the next ones are read; 0: not at all. */
  waitMs(agentId: string, chunks: number, spentMs = 0): number {
    const now = this.#now();
    const costMs = Math.max((chunks * 1_000) / CHUNKS_PER_SECOND_MAX, spentMs * AGENT_TIME_FACTOR);
    const expectedAt = Math.max(this.#expectedAt.get(agentId) ?? 0, now) + costMs;
    if (this.#expectedAt.size >= AGENTS_MAX) this.#forget(now);
    this.#expectedAt.set(agentId, expectedAt);
    this.#allExpectedAt = Math.max(this.#allExpectedAt, now) + spentMs * NODE_TIME_FACTOR;
    const isQuiet = expectedAt - now <= QUIET_MS;
    const ahead = isQuiet ? 0 : Math.max(expectedAt, this.#allExpectedAt) - now;
    return Math.max(0, ahead - BURST_MS);
  }

  /** Who is within the pace is as good as new. */
  #forget(now: number): void {
    for (const [agentId, expectedAt] of this.#expectedAt)
      if (expectedAt <= now) this.#expectedAt.delete(agentId);
  }
}
