import { type FigureWindow, sumOf, type WindowFigures } from '../effects/deliveries/index.ts';
import type { AgentNodeFigures } from '../operations/operations.ts';
import { type AskPorts, askNodes } from './ask-nodes.ts';

export interface AgentStats {
  readonly windows: Readonly<Record<FigureWindow, WindowFigures>>;
  /** Null: it could not be reached, and what it knows is not in the sums. */
  readonly nodes: readonly {
    readonly nodeId: string;
    readonly figures: AgentNodeFigures | null;
  }[];
}

/** How an agent does, by what each node that can be reached has seen. */
export async function agentStats(ports: AskPorts, agentId: string): Promise<AgentStats> {
  const answers = await askNodes(ports, { type: 'agent-figures', agentId });
  const nodes = answers.map(({ nodeId, outcome }) => ({
    nodeId,
    figures: outcome?.status === 'ok' ? outcome.value : null,
  }));
  const sum = (window: FigureWindow): WindowFigures =>
    sumOf(nodes.flatMap(({ figures }) => figures?.windows[window] ?? []));
  return { windows: { last_15_min: sum('last_15_min'), last_24_h: sum('last_24_h') }, nodes };
}
