import * as z from 'zod';
import { LATER_AGENT_SETTINGS } from './agent-record.ts';
import type { MemberNode } from './cluster-descriptor.ts';
import { registryOf } from './node-registry.ts';
import {
  registryCommandSchemas,
  registryFrom,
  registryRecord,
  registrySchema,
} from './registry-codec.ts';
import type { SystemCommand, SystemState } from './system-state.ts';

/** Commands and snapshots of the system group, as JSON in UTF-8 with a version in front. */
const VERSION = 1;

const agentFields = {
  name: z.string(),
  originUrl: z.string(),
  webhookPath: z.string(),
  messageHistoryMode: z.enum(['tail', 'last', 'entire']),
  messageHistoryLimit: z.int(),
  timeoutMs: z.int(),
  connectTimeoutMs: z.int(),
  idleTimeoutMs: z.int().nullable(),
  totalTimeoutMs: z.int().nullable(),
  debounceWindowMs: z.int(),
  whileAnswering: z.enum(['queue', 'interrupt', 'reject', 'merge']),
  afterNodeLoss: z.enum(['retry', 'seal']),
  compactionWebhookUrl: z.string().nullable(),
  compactionTokenBudget: z.int().nullable(),
  compactionTriggerRatio: z.number(),
  headers: z.record(z.string(), z.string()),
  status: z.enum(['enabled', 'disabled']),
  secret: z.string(),
};

export const agentRecordSchema = z.strictObject({
  id: z.string().min(1),
  ...agentFields,
  connectTimeoutMs: agentFields.connectTimeoutMs.default(LATER_AGENT_SETTINGS.connectTimeoutMs),
  idleTimeoutMs: agentFields.idleTimeoutMs.default(LATER_AGENT_SETTINGS.idleTimeoutMs),
  totalTimeoutMs: agentFields.totalTimeoutMs.default(LATER_AGENT_SETTINGS.totalTimeoutMs),
  whileAnswering: agentFields.whileAnswering.default(LATER_AGENT_SETTINGS.whileAnswering),
  afterNodeLoss: agentFields.afterNodeLoss.default(LATER_AGENT_SETTINGS.afterNodeLoss),
  compactionWebhookUrl: agentFields.compactionWebhookUrl.default(
    LATER_AGENT_SETTINGS.compactionWebhookUrl,
  ),
  compactionTokenBudget: agentFields.compactionTokenBudget.default(
    LATER_AGENT_SETTINGS.compactionTokenBudget,
  ),
  compactionTriggerRatio: agentFields.compactionTriggerRatio.default(
    LATER_AGENT_SETTINGS.compactionTriggerRatio,
  ),
  previousSecret: z
    .strictObject({ secret: z.string(), untilMs: z.int() })
    .nullable()
    .default(LATER_AGENT_SETTINGS.previousSecret),
  insertedAtMs: z.int(),
  updatedAtMs: z.int(),
});

export const agentPatchSchema = z.strictObject(agentFields).partial();

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
  z.strictObject({
    type: z.literal('set-standing'),
    nodeId: z.string(),
    standing: z.enum(['active', 'draining']),
  }),
  ...registryCommandSchemas,
]);

const envelopeSchema = z.tuple([z.literal(VERSION), commandSchema]);

const snapshotSchema = z.tuple([
  z.literal(VERSION),
  z.strictObject({
    agents: z.array(agentRecordSchema),
    /** Left out, or standings instead, before there were operations. */
    registry: registrySchema.optional(),
    standings: z.array(z.tuple([z.string(), z.string()])).optional(),
  }),
]);

export function encodeSystemCommand(command: SystemCommand): Uint8Array {
  return encode([VERSION, command]);
}

/** Throws when the bytes are no command of a known version: a committed entry must never be skipped. */
export function decodeSystemCommand(data: Uint8Array): SystemCommand {
  return envelopeSchema.parse(decode(data))[1];
}

export function encodeSystemState(state: SystemState): Uint8Array {
  const { agents, registry } = state;
  return encode([VERSION, { agents: [...agents.values()], registry: registryRecord(registry) }]);
}

/** Throws when the bytes are no snapshot of a known version. */
export function decodeSystemState(
  data: Uint8Array,
  founders: readonly MemberNode[] = [],
): SystemState {
  const [, { agents, registry }] = snapshotSchema.parse(decode(data));
  return {
    agents: new Map(agents.map((agent) => [agent.id, agent])),
    registry: registry === undefined ? registryOf(founders) : registryFrom(registry),
  };
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decode(data: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
}
