import { type StatsWindow, sumOf, type WindowStats } from '../effects/deliveries/index.ts';
import type { AgentNodeStats } from '../operations/operations.ts';
import { type AskPorts, askNodes } from './ask-nodes.ts';

export interface AgentStats {
  readonly windows: Readonly<Record<StatsWindow, WindowStats>>;
  /** Null: it could not be reached, and what it knows is not in the sums. */
  readonly nodes: readonly {
    readonly nodeId: string;
    readonly stats: AgentNodeStats | null;
  }[];
}

/** How an agent does, by what each node that can be reached has seen. */
export async function agentStats(ports: AskPorts, agentId: string): Promise<AgentStats> {
  const answers = await askNodes(ports, { type: 'agent-node-stats', agentId });
  const nodes = answers.map(({ nodeId, outcome }) => ({
    nodeId,
    stats: outcome?.status === 'ok' ? outcome.value : null,
  }));
  const sum = (window: StatsWindow): WindowStats =>
    sumOf(nodes.flatMap(({ stats }) => stats?.windows[window] ?? []));
  return { windows: { last_15_min: sum('last_15_min'), last_24_h: sum('last_24_h') }, nodes };
}
