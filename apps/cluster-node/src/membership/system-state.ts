import { type AgentSettings, mapAgentFields } from '@fleetlm/protocol/agent-fields';
import type { AgentPatch, AgentRecord } from './agent-record.ts';
import { AGENTS_MAX, AgentRegistry } from './agent-registry.ts';
import type { MemberNode } from './cluster-descriptor.ts';
import { changeHold, type HoldCommand, type LegalHold } from './legal-holds.ts';
import {
  applyRegistryCommand,
  type NodeRegistry,
  type RegistryCommand,
  type RegistryReply,
  registryOf,
} from './node-registry.ts';
import { addSkippedEntry, type SkipCommand, type SkippedEntry } from './skipped-entries.ts';

/** What the system group replicates to every node. Pure: times come with the commands. */
export interface SystemState {
  readonly agents: AgentRegistry;
  readonly registry: NodeRegistry;
  /** Oldest first. */
  readonly skipped: SkippedEntry[];
  /** Oldest first. */
  readonly holds: LegalHold[];
}

export type SystemCommand =
  /** A registration; refused when the id is taken. The record carries its times. */
  | { readonly type: 'create-agent'; readonly agent: AgentRecord }
  | {
      readonly type: 'patch-agent';
      readonly agentId: string;
      readonly patch: AgentPatch;
      readonly timeMs: number;
    }
  /** A new signing secret, sealed; the present one stays in force beside it until then, or goes at once (null). */
  | {
      readonly type: 'rotate-secret';
      readonly agentId: string;
      readonly secret: string;
      readonly previousUntilMs: number | null;
      readonly timeMs: number;
    }
  /** The registration goes for good; its id is free again. */
  | { readonly type: 'delete-agent'; readonly agentId: string }
  | SkipCommand
  | HoldCommand
  | RegistryCommand;

export type SystemReply =
  | { readonly type: 'agent'; readonly agent: AgentRecord }
  | RegistryReply
  | {
      readonly type: 'refused';
      readonly code:
        | 'agent-exists'
        | 'agent-not-found'
        | 'too-many-agents'
        | 'agents-too-large'
        | 'too-many-skipped'
        | 'too-many-holds';
    };

/** Before the first command: the founding nodes, which are active. */
export function emptySystemState(founders: readonly MemberNode[] = []): SystemState {
  return { agents: new AgentRegistry(), registry: registryOf(founders), skipped: [], holds: [] };
}

export function applySystemCommand(state: SystemState, command: SystemCommand): SystemReply {
  switch (command.type) {
    case 'create-agent': {
      const { agent } = command;
      const known = state.agents.get(agent.id);
      // The same record again is a retry of a command whose outcome was not known.
      if (known !== undefined)
        return known.secret === agent.secret && known.insertedAtMs === agent.insertedAtMs
          ? { type: 'agent', agent: known }
          : { type: 'refused', code: 'agent-exists' };
      if (state.agents.size >= AGENTS_MAX) return { type: 'refused', code: 'too-many-agents' };
      if (!state.agents.hasRoomFor(agent)) return { type: 'refused', code: 'agents-too-large' };
      state.agents.set(agent.id, agent);
      return { type: 'agent', agent };
    }
    case 'patch-agent': {
      const known = state.agents.get(command.agentId);
      if (known === undefined) return { type: 'refused', code: 'agent-not-found' };
      const agent = patched(known, command.patch, Math.max(known.updatedAtMs, command.timeMs));
      if (!state.agents.hasRoomFor(agent)) return { type: 'refused', code: 'agents-too-large' };
      state.agents.set(agent.id, agent);
      return { type: 'agent', agent };
    }
    case 'rotate-secret': {
      const known = state.agents.get(command.agentId);
      if (known === undefined) return { type: 'refused', code: 'agent-not-found' };
      // The same secret again is a retry of a command whose outcome was not known.
      if (known.secret === command.secret) return { type: 'agent', agent: known };
      const agent = rotated(known, command);
      state.agents.set(agent.id, agent);
      return { type: 'agent', agent };
    }
    case 'delete-agent': {
      const known = state.agents.get(command.agentId);
      if (known === undefined) return { type: 'refused', code: 'agent-not-found' };
      state.agents.delete(command.agentId);
      return { type: 'agent', agent: known };
    }
    case 'join-node':
    case 'set-node-state':
    case 'start-operation':
    case 'end-operation':
      return applyRegistryCommand(state.registry, command);
    case 'skip-entry':
      return addSkippedEntry(state.skipped, command)
        ? { type: 'done' }
        : { type: 'refused', code: 'too-many-skipped' };
    case 'change-hold':
      return changeHold(state.holds, command)
        ? { type: 'done' }
        : { type: 'refused', code: 'too-many-holds' };
    default:
      return command satisfies never;
  }
}

function rotated(
  agent: AgentRecord,
  command: Extract<SystemCommand, { type: 'rotate-secret' }>,
): AgentRecord {
  const { secret, previousUntilMs, timeMs } = command;
  return {
    ...agent,
    secret,
    previousSecret:
      previousUntilMs === null ? null : { secret: agent.secret, untilMs: previousUntilMs },
    updatedAtMs: Math.max(agent.updatedAtMs, timeMs),
  };
}

/** A field that the patch does not have stays as it is. */
function patched(agent: AgentRecord, patch: AgentPatch, updatedAtMs: number): AgentRecord {
  const settings: AgentSettings = mapAgentFields((_name, { record }) => [
    [record, patch[record] === undefined ? agent[record] : patch[record]],
  ]);
  return {
    ...agent,
    ...settings,
    secret: patch.secret ?? agent.secret,
    previousSecret: patch.secret === undefined ? agent.previousSecret : null,
    updatedAtMs,
  };
}
