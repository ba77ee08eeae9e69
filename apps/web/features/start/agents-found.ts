import type { InboxEntry } from '@fleetlm/client';

/** An agent that a conversation can be started with, as much as a user has to see of it. */
export interface AgentChoice {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly suggested_prompts: readonly string[];
}

/** From so many agents on there is a field to find one. */
export const FILTER_FROM = 8;
/** Agents that are drawn at once; the others are found by name. */
export const AGENTS_SHOWN_MAX = 200;
/** Agents of the newest conversations that are offered by themselves. */
export const RECENT_AGENTS_MAX = 4;

/** The agents whose name, id or description holds a text, and how many of them are not shown. */
export function agentsFound(
  agents: readonly AgentChoice[],
  text: string,
): { readonly shown: readonly AgentChoice[]; readonly hidden: number } {
  const wanted = text.trim().toLocaleLowerCase();
  const found = agents.filter(({ id, name, description }) =>
    `${name}\n${id}\n${description ?? ''}`.toLocaleLowerCase().includes(wanted),
  );
  const shown = found.slice(0, AGENTS_SHOWN_MAX);
  return { shown, hidden: found.length - shown.length };
}

/** The agents of the newest conversations, the newest first, each once; those that are gone or disabled are left out. */
export function recentAgents(
  agents: readonly AgentChoice[],
  entries: readonly Pick<InboxEntry, 'agent_id'>[],
): readonly AgentChoice[] {
  const byId = new Map(agents.map((agent) => [agent.id, agent]));
  const recent = new Set<AgentChoice>();
  for (const { agent_id } of entries) {
    const agent = byId.get(agent_id);
    if (agent !== undefined) recent.add(agent);
    if (recent.size === RECENT_AGENTS_MAX) break;
  }
  return [...recent];
}
