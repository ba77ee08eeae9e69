import { type BreakerState, CircuitBreaker } from './circuit-breaker.ts';

export interface SlotLimits {
  /** Calls at once of this node. */
  readonly callsMax: number;
  readonly callsPerAgentMax: number;
}

interface AgentSlots<T> {
  readonly agentId: string;
  readonly breaker: CircuitBreaker;
  /** First in, first out; those before `head` are gone. */
  queue: { readonly item: T; readonly sinceMs: number }[];
  head: number;
  running: number;
}

/** How an agent stands on this node. */
export interface AgentLoad {
  readonly agentId: string;
  readonly running: number;
  readonly queued: number;
  readonly breaker: BreakerState;
  readonly failuresInRow: number;
}

/**
 * Who is called next. Agents take turns, whatever the length of their queues. Each has at most `callsPerAgentMax` calls,
 * and never more than as many as are still free: with any number of slow agents something is left for the next one
 * (dynamic thresholds: Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998).
 */
export class CallSlots<T> {
  readonly #limits: SlotLimits;
  readonly #agents = new Map<string, AgentSlots<T>>();
  /** Agents with work in their queue, in the order of their turns. */
  readonly #turns = new Set<AgentSlots<T>>();
  #running = 0;
  #queued = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#running;
  }

  get queued(): number {
    return this.#queued;
  }

  add(agentId: string, item: T, nowMs: number): void {
    const agent = this.#agentOf(agentId);
    agent.queue.push({ item, sinceMs: nowMs });
    this.#queued += 1;
    this.#turns.add(agent);
  }

  /** The next to be called, whose call then counts as begun; null: none can be called now. */
  next(nowMs: number): T | null {
    if (this.#running >= this.#limits.callsMax) return null;
    for (const agent of this.#turns) {
      if (!this.#mayCall(agent, nowMs)) continue;
      const item = this.#shift(agent);
      // To the end of the line, if there is more.
      this.#turns.delete(agent);
      if (agent.head < agent.queue.length) this.#turns.add(agent);
      agent.running += 1;
      this.#running += 1;
      agent.breaker.began(nowMs);
      return item;
    }
    return null;
  }

  /** Work that has waited longer than `waitMaxMs` for an agent whose breaker keeps calls away, taken out. */
  *givenUp(nowMs: number, waitMaxMs: number): Generator<T> {
    for (const agent of this.#turns) {
      if (agent.breaker.stateAt(nowMs) === 'closed') continue;
      while (nowMs - (agent.queue[agent.head]?.sinceMs ?? nowMs) > waitMaxMs) {
        const item = this.#shift(agent);
        if (item !== null) yield item;
      }
      if (agent.head >= agent.queue.length) this.#turns.delete(agent);
    }
  }

  /** A call has ended. Its outcome goes to the breaker. */
  ended(
    agentId: string,
    health: 'well' | 'unwell' | 'unknown',
    nowMs: number,
    random: number,
  ): void {
    const agent = this.#agentOf(agentId);
    agent.running -= 1;
    this.#running -= 1;
    if (health === 'well') agent.breaker.succeeded();
    else if (health === 'unwell') agent.breaker.failed(nowMs, random);
    else agent.breaker.undecided();
    const isPlain = agent.breaker.stateAt(nowMs) === 'closed' && agent.breaker.failuresInRow === 0;
    if (agent.running === 0 && isPlain && agent.head >= agent.queue.length)
      this.#agents.delete(agentId);
  }

  breakerOf(agentId: string, nowMs: number): BreakerState {
    return this.#agents.get(agentId)?.breaker.stateAt(nowMs) ?? 'closed';
  }

  /** Agents that have something to say: with calls, work, or failures in a row. */
  loads(nowMs: number): readonly AgentLoad[] {
    return [...this.#agents.values()].map(({ agentId, running, queue, head, breaker }) => ({
      agentId,
      running,
      queued: queue.length - head,
      breaker: breaker.stateAt(nowMs),
      failuresInRow: breaker.failuresInRow,
    }));
  }

  #mayCall(agent: AgentSlots<T>, nowMs: number): boolean {
    const { callsMax, callsPerAgentMax } = this.#limits;
    const free = callsMax - this.#running;
    return (
      free > 0 && agent.running < Math.min(callsPerAgentMax, free) && agent.breaker.allows(nowMs)
    );
  }

  #shift(agent: AgentSlots<T>): T | null {
    const first = agent.queue[agent.head];
    if (first === undefined) return null;
    agent.head += 1;
    this.#queued -= 1;
    // Compacted now and then: taking the first of a long list costs the whole list.
    if (agent.head > 64 && agent.head * 2 > agent.queue.length) {
      agent.queue = agent.queue.slice(agent.head);
      agent.head = 0;
    }
    return first.item;
  }

  #agentOf(agentId: string): AgentSlots<T> {
    let agent = this.#agents.get(agentId);
    if (agent === undefined) {
      agent = { agentId, breaker: new CircuitBreaker(), queue: [], head: 0, running: 0 };
      this.#agents.set(agentId, agent);
    }
    return agent;
  }
}
