/** Bytes of answers in progress that this node holds together; a single answer's cap times all calls would be too many. */
export const ANSWERS_BYTES_MAX = 128 * 1024 * 1024;
/** And those of one agent: it may not take what others need. */
export const ANSWERS_BYTES_PER_AGENT_MAX = ANSWERS_BYTES_MAX / 4;

export interface ByteLimits {
  readonly bytesMax: number;
  readonly bytesPerAgentMax: number;
}

export const ANSWERS_LIMITS: ByteLimits = {
  bytesMax: ANSWERS_BYTES_MAX,
  bytesPerAgentMax: ANSWERS_BYTES_PER_AGENT_MAX,
};

/** Bytes that all calls share, of which one agent has a part at most. */
export class ByteBudget {
  readonly #limits: ByteLimits;
  /** Agents that hold something. */
  readonly #byAgent = new Map<string, number>();
  #used = 0;

  constructor(limits: ByteLimits) {
    this.#limits = limits;
  }

  get used(): number {
    return this.#used;
  }

  /** A share that grows with `take` and goes back whole. */
  open(agentId: string): ByteShare {
    let taken = 0;
    return {
      take: (bytes) => {
        const { bytesMax, bytesPerAgentMax } = this.#limits;
        const ofAgent = (this.#byAgent.get(agentId) ?? 0) + bytes;
        if (this.#used + bytes > bytesMax || ofAgent > bytesPerAgentMax) return false;
        this.#used += bytes;
        this.#byAgent.set(agentId, ofAgent);
        taken += bytes;
        return true;
      },
      close: () => {
        this.#used -= taken;
        const ofAgent = (this.#byAgent.get(agentId) ?? 0) - taken;
        if (ofAgent > 0) this.#byAgent.set(agentId, ofAgent);
        else this.#byAgent.delete(agentId);
        taken = 0;
      },
    };
  }
}

export interface ByteShare {
  /** False: there is no room for so many more. */
  take(bytes: number): boolean;
  close(): void;
}
