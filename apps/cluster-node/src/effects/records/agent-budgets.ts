import type { AgentRecord } from '../ports.ts';
import type { Spent, UsageStore } from './usage-store.ts';

/** How often Postgres is asked what was spent today, while any agent has a budget. */
export const BUDGET_REFRESH_MS = 5_000;

const MICROS = 1_000_000;

type Budgeted = Pick<AgentRecord, 'id' | 'currency' | 'dailyTokenBudget' | 'dailyCostBudget'>;

export interface BudgetPorts {
  readonly agents: () => Iterable<Budgeted>;
  readonly usage: Pick<UsageStore, 'spent'>;
  readonly wallClockMs: () => number;
  readonly onError: (error: unknown) => void;
}

/** What is known of an agent's budget of a day. */
export interface BudgetState {
  readonly totalTokens: number;
  readonly costMicros: number;
  readonly isExhausted: boolean;
}

/**
 * Which agents have spent what they may in a day. Asked on every message of a user, so it answers from memory: as of the last
 * look at Postgres, which knows a reply once it is archived. While Postgres is away the last answer stands.
 */
export class AgentBudgets {
  readonly #ports: BudgetPorts;
  #timer: NodeJS.Timeout | null = null;
  #day = '';
  #spent: ReadonlyMap<string, readonly Spent[]> = new Map();

  constructor(ports: BudgetPorts) {
    this.#ports = ports;
  }

  start(): void {
    const { onError } = this.#ports;
    this.#timer = setInterval(() => void this.refresh().catch(onError), BUDGET_REFRESH_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Why a turn of this agent is refused today, for its user; null: it is not. */
  refusal(agent: Budgeted): string | null {
    if (agent.dailyTokenBudget === null && agent.dailyCostBudget === null) return null;
    const isToday = this.#day === dayOf(this.#ports.wallClockMs());
    const spent = isToday ? (this.#spent.get(agent.id) ?? []) : [];
    return budgetState(agent, spent).isExhausted ? BUDGET_EXHAUSTED : null;
  }

  /** What Postgres does not answer is asked again the next time. */
  async refresh(): Promise<void> {
    const ids = [...this.#ports.agents()]
      .filter((agent) => agent.dailyTokenBudget !== null || agent.dailyCostBudget !== null)
      .map(({ id }) => id);
    if (ids.length === 0) return;
    const day = dayOf(this.#ports.wallClockMs());
    const answer = await this.#ports.usage.spent(day, ids);
    if (!answer.ok) return;
    this.#day = day;
    this.#spent = Map.groupBy(answer.value, ({ agentId }) => agentId);
  }
}

/** For users. */
const BUDGET_EXHAUSTED =
  'This agent has used up its budget for today. It takes messages again after midnight UTC.';

/** Costs count in the currency of the budget. */
export function budgetState(agent: Budgeted, spent: readonly Spent[]): BudgetState {
  const totalTokens = spent.reduce((sum, one) => sum + one.totalTokens, 0);
  const costMicros = spent
    .filter(({ currency }) => currency === agent.currency)
    .reduce((sum, one) => sum + one.costMicros, 0);
  const { dailyTokenBudget, dailyCostBudget } = agent;
  const isExhausted =
    (dailyTokenBudget !== null && totalTokens >= dailyTokenBudget) ||
    (dailyCostBudget !== null && costMicros >= dailyCostBudget * MICROS);
  return { totalTokens, costMicros, isExhausted };
}

/** The day of UTC. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
