import type { AgentSettings } from '@fleetlm/protocol/agent-fields';

/** A registration as the system group has it on this node. */
export interface AgentRecord extends AgentSettings {
  readonly id: string;
  /** Sealed. */
  readonly secret: string;
  /** Signs, too, until then; null: there is none. */
  readonly previousSecret: { readonly secret: string; readonly untilMs: number } | null;
  readonly insertedAtMs: number;
  readonly updatedAtMs: number;
}

/** The fields of a registration that may change. */
export type AgentPatch = {
  readonly [K in keyof AgentSettings | 'secret']?: AgentRecord[K] | undefined;
};
