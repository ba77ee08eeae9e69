import type { AgentRecord } from './agent-record.ts';

/** Registered agents; more are refused, so that the system group stays small. */
export const AGENTS_MAX = 10_000;
/** Registrations of all agents, as JSON in UTF-8: they are in every snapshot of the system group, which is one value. */
export const AGENTS_BYTES_MAX = 16 * 1024 * 1024;
/** What the signing secrets of a registration are counted as: two of them, encrypted, so that a rotation always fits. */
export const AGENT_SECRETS_BYTES = 512;

const encoder = new TextEncoder();

/** What a registration counts against AGENTS_BYTES_MAX. */
export function registrationBytes(agent: AgentRecord): number {
  const { secret, previousSecret, ...fields } = agent;
  return encoder.encode(JSON.stringify(fields)).length + AGENT_SECRETS_BYTES;
}

/** The registrations by id, with their size kept beside them. */
export class AgentRegistry extends Map<string, AgentRecord> {
  #bytes = 0;

  static of(agents: Iterable<AgentRecord>): AgentRegistry {
    const registry = new AgentRegistry();
    for (const agent of agents) registry.set(agent.id, agent);
    return registry;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether it may be registered, or take the place of the one that has its id; a smaller one always may. */
  hasRoomFor(agent: AgentRecord): boolean {
    const growth = registrationBytes(agent) - this.#bytesOf(agent.id);
    return growth <= 0 || this.#bytes + growth <= AGENTS_BYTES_MAX;
  }

  override set(id: string, agent: AgentRecord): this {
    this.#bytes += registrationBytes(agent) - this.#bytesOf(id);
    return super.set(id, agent);
  }

  override delete(id: string): boolean {
    this.#bytes -= this.#bytesOf(id);
    return super.delete(id);
  }

  override clear(): void {
    this.#bytes = 0;
    super.clear();
  }

  #bytesOf(id: string): number {
    const known = this.get(id);
    return known === undefined ? 0 : registrationBytes(known);
  }
}
