import {
  AGENT_DEFAULTS,
  type AgentField,
  type AgentFieldType,
  type AgentSettings,
  mapAgentFields,
} from '@fleetlm/protocol/agent-fields';
import * as z from 'zod';
import { AgentRegistry } from './agent-registry.ts';
import { holdCommandSchema, legalHoldSchema } from './legal-holds.ts';
import {
  registryCommandSchemas,
  registryFrom,
  registryRecord,
  registrySchema,
} from './registry-codec.ts';
import { skipCommandSchema, skippedEntrySchema } from './skipped-entries.ts';
import type { SystemCommand, SystemState } from './system-state.ts';

/** Commands and snapshots of the system group, as JSON in UTF-8 with a version in front. */
const VERSION = 1;

/** No bounds: what the log has taken once is taken for ever. */
function recordSchemaOf({ type, isNullable }: AgentField): z.ZodType {
  const schema = plainSchemaOf(type);
  return isNullable ? schema.nullable() : schema;
}

function plainSchemaOf(type: AgentFieldType): z.ZodType {
  switch (type.kind) {
    case 'text':
    case 'key':
    case 'origin':
    case 'path':
      return z.string();
    case 'texts':
      return z.array(z.string());
    case 'headers':
      return z.record(z.string(), z.string());
    case 'choice':
      return z.enum(type.values);
    case 'integer':
      return z.int();
    case 'number':
      return z.number();
    default:
      return type satisfies never;
  }
}

type SettingSchemas = {
  readonly [K in keyof AgentSettings]: z.ZodType<AgentSettings[K], AgentSettings[K]>;
};

const settingSchemas: SettingSchemas = mapAgentFields((_name, field) => [
  [field.record, recordSchemaOf(field)],
]);

/** Settings that a registration of an earlier build does not have: they are what they were for it. */
const addedSettings = {
  adapter: settingSchemas.adapter.default(AGENT_DEFAULTS.adapter),
  model: settingSchemas.model.default(AGENT_DEFAULTS.model),
  apiKey: settingSchemas.apiKey.default(AGENT_DEFAULTS.api_key),
  description: settingSchemas.description.default(AGENT_DEFAULTS.description),
  suggestedPrompts: settingSchemas.suggestedPrompts.default(AGENT_DEFAULTS.suggested_prompts),
  messageHistoryParts: settingSchemas.messageHistoryParts.default(
    AGENT_DEFAULTS.message_history_parts,
  ),
  retentionAgeDays: settingSchemas.retentionAgeDays.default(AGENT_DEFAULTS.retention_age_days),
  retentionIdleDays: settingSchemas.retentionIdleDays.default(AGENT_DEFAULTS.retention_idle_days),
  currency: settingSchemas.currency.default(AGENT_DEFAULTS.currency),
  inputPrice: settingSchemas.inputPrice.default(AGENT_DEFAULTS.input_price),
  cachedInputPrice: settingSchemas.cachedInputPrice.default(AGENT_DEFAULTS.cached_input_price),
  outputPrice: settingSchemas.outputPrice.default(AGENT_DEFAULTS.output_price),
  dailyTokenBudget: settingSchemas.dailyTokenBudget.default(AGENT_DEFAULTS.daily_token_budget),
  dailyCostBudget: settingSchemas.dailyCostBudget.default(AGENT_DEFAULTS.daily_cost_budget),
};

export const agentRecordSchema = z.strictObject({
  id: z.string().min(1),
  ...settingSchemas,
  ...addedSettings,
  secret: z.string(),
  previousSecret: z.strictObject({ secret: z.string(), untilMs: z.int() }).nullable(),
  insertedAtMs: z.int(),
  updatedAtMs: z.int(),
});

export const agentPatchSchema = z.strictObject({ ...settingSchemas, secret: z.string() }).partial();

const commandSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('create-agent'), agent: agentRecordSchema }),
  z.strictObject({
    type: z.literal('patch-agent'),
    agentId: z.string(),
    patch: agentPatchSchema,
    timeMs: z.int(),
  }),
  z.strictObject({
    type: z.literal('rotate-secret'),
    agentId: z.string(),
    secret: z.string(),
    previousUntilMs: z.int().nullable(),
    timeMs: z.int(),
  }),
  z.strictObject({ type: z.literal('delete-agent'), agentId: z.string() }),
  skipCommandSchema,
  holdCommandSchema,
  ...registryCommandSchemas,
]);

const envelopeSchema = z.tuple([z.literal(VERSION), commandSchema]);

const COMMAND_TYPES = commandSchema.options.map((option) => option.shape.type.value);

/** A later version, or a type of command that came with one: this node's own proposals have neither. */
const laterSchema = z.union([
  z.tuple([z.int().min(VERSION + 1), z.unknown()]),
  z.tuple([
    z.literal(VERSION),
    z.looseObject({ type: z.string().refine((type) => !COMMAND_TYPES.some((t) => t === type)) }),
  ]),
]);

const snapshotSchema = z.tuple([
  z.literal(VERSION),
  z.strictObject({
    agents: z.array(agentRecordSchema),
    registry: registrySchema,
    /** Absent when there are none. */
    skipped: z.array(skippedEntrySchema).optional(),
    holds: z.array(legalHoldSchema).optional(),
  }),
]);

export function encodeSystemCommand(command: SystemCommand): Uint8Array {
  return encode([VERSION, command]);
}

export type ParsedSystemCommand =
  | { readonly ok: true; readonly command: SystemCommand }
  | {
      readonly ok: false;
      /** `unsupported`: of a later version. A newer node applies it, so this one must not skip it. */
      readonly reason: 'malformed' | 'unsupported';
      readonly error: string;
    };

/**
 * Total: whatever the bytes are, it answers, and every replica alike. So whatever changes the set of commands that are
 * taken raises VERSION: a replica of an earlier version then stalls instead of refusing what the others apply.
 */
export function decodeSystemCommand(data: Uint8Array): ParsedSystemCommand {
  let plain: unknown;
  try {
    plain = decode(data);
  } catch {
    // Whatever it says about the bytes, they are no JSON.
    return { ok: false, reason: 'malformed', error: 'it is not JSON' };
  }
  const parsed = envelopeSchema.safeParse(plain);
  if (parsed.success) return { ok: true, command: parsed.data[1] };
  const later = laterSchema.safeParse(plain);
  return {
    ok: false,
    reason: later.success ? 'unsupported' : 'malformed',
    error: z.prettifyError(parsed.error),
  };
}

/** What apply would find wrong with the command; null: nothing. Asked before it is proposed. */
export function systemCommandProblem(command: SystemCommand): string | null {
  const parsed = commandSchema.safeParse(command);
  return parsed.success ? null : z.prettifyError(parsed.error);
}

export function encodeSystemState(state: SystemState): Uint8Array {
  const { agents, registry, skipped, holds } = state;
  return encode([
    VERSION,
    {
      agents: [...agents.values()],
      registry: registryRecord(registry),
      ...(skipped.length === 0 ? {} : { skipped }),
      ...(holds.length === 0 ? {} : { holds }),
    },
  ]);
}

/** Throws when the bytes are no snapshot of a known version. */
export function decodeSystemState(data: Uint8Array): SystemState {
  const [, { agents, registry, skipped, holds }] = snapshotSchema.parse(decode(data));
  return {
    agents: AgentRegistry.of(agents),
    registry: registryFrom(registry),
    skipped: skipped ?? [],
    holds: holds ?? [],
  };
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decode(data: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
}
