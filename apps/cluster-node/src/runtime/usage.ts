import {
  type BudgetState,
  budgetState,
  dayOf,
  type UsageReport,
  type UserUsage,
} from '../effects/records/index.ts';
import type { UsageStore } from '../effects/records/usage-store.ts';
import type { AgentRecord } from '../membership/agent-record.ts';
import type { Result } from '../outcome.ts';

export interface UsageQuery {
  readonly from: string;
  readonly to: string;
  readonly by: 'day' | 'user';
  readonly userId: string | null;
}

export interface AgentUsage extends UsageReport {
  readonly budget: BudgetState & { readonly day: string };
}

/** What the replies of agents cost, from Postgres. */
export interface UsageRuntime {
  report(agent: AgentRecord, query: UsageQuery): Promise<Result<AgentUsage, 'archive_unavailable'>>;
  /** What replies to a user came to, by agent. */
  ofUser(userId: string): Promise<Result<readonly UserUsage[], 'archive_unavailable'>>;
}

export class NodeUsage implements UsageRuntime {
  readonly #store: UsageStore;
  readonly #wallClockMs: () => number;

  constructor(store: UsageStore, wallClockMs: () => number) {
    this.#store = store;
    this.#wallClockMs = wallClockMs;
  }

  ofUser(userId: string): ReturnType<UsageRuntime['ofUser']> {
    return this.#store.ofUser(userId);
  }

  async report(agent: AgentRecord, query: UsageQuery): ReturnType<UsageRuntime['report']> {
    const day = dayOf(this.#wallClockMs());
    const report = await this.#store.report({ agentId: agent.id, ...query });
    if (!report.ok) return report;
    const spent = await this.#store.spent(day, [agent.id]);
    if (!spent.ok) return spent;
    return {
      ok: true,
      value: { ...report.value, budget: { day, ...budgetState(agent, spent.value) } },
    };
  }
}
