import * as z from 'zod';
import { agentIdSchema, displayName, timestampSchema } from '../ids.ts';
import {
  AGENT_HEADER_NAME_LENGTH_MAX,
  AGENT_HEADER_VALUE_LENGTH_MAX,
  AGENT_HEADERS_MAX,
  AGENT_URL_LENGTH_MAX,
  AGENTS_PAGE_LIMIT_MAX,
  SECRET_OVERLAP_S_DEFAULT,
  SECRET_OVERLAP_S_MAX,
  TOTAL_TIMEOUT_FACTOR,
  WEBHOOK_SECRET_BYTES_MAX,
  WEBHOOK_SECRET_BYTES_MIN,
} from '../limits.ts';
import { shortArray, smallObject } from '../parse/bounded-array.ts';
import { queryInteger } from '../sessions/messages.ts';
import {
  type AdapterOption,
  AGENT_ADAPTERS,
  AGENT_FIELDS,
  type AgentField,
  type AgentFieldName,
  type AgentFields,
  type AgentFieldType,
  type AgentFieldValue,
  type AgentSettings,
  type DefaultedAgentField,
  mapAgentFields,
  settingsOf,
} from './agent-fields.ts';

/** Whether an agent is called. */
export const AGENT_STATUSES = AGENT_FIELDS.status.type.values;

/** Headers that a call sets itself, or that would change what HTTP means. Lower case. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'webhook-id',
  'webhook-signature',
  'webhook-timestamp',
]);

const headersSchema = smallObject(
  AGENT_HEADERS_MAX,
  z.record(
    z
      .string()
      .max(AGENT_HEADER_NAME_LENGTH_MAX, 'is too long')
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be the name of an HTTP header')
      .refine(
        (name) => !RESERVED_HEADERS.has(name.toLowerCase()),
        'is set by FleetLM and must not be given',
      ),
    z
      .string()
      .max(AGENT_HEADER_VALUE_LENGTH_MAX, 'is too long')
      .regex(/^[\t\x20-\x7e]*$/, 'must consist of printable ASCII characters'),
  ),
);

const originUrlSchema = z
  .string()
  .max(AGENT_URL_LENGTH_MAX, 'is too long')
  .refine(isOrigin, 'must be an http or https URL without credentials, query and fragment');

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '' && !/[\s?#]/.test(text);
}

const webhookPathSchema = z
  .string()
  .max(AGENT_URL_LENGTH_MAX, 'is too long')
  .regex(/^\/[\x21-\x7e]*$/, 'must begin with "/" and consist of printable ASCII characters')
  .refine((path) => !path.includes('#'), 'must not have a fragment');

/** A signing secret in the form of Standard Webhooks: `whsec_` and base64. */
export const webhookSecretSchema = z
  .string()
  .refine(
    isWebhookSecret,
    `must be "whsec_" and ${WEBHOOK_SECRET_BYTES_MIN} to ${WEBHOOK_SECRET_BYTES_MAX} bytes in base64`,
  );

function isWebhookSecret(text: string): boolean {
  const encoded = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(
    text,
  )?.[1];
  if (encoded === undefined) return false;
  const padding = encoded.endsWith('==') ? 2 : encoded.endsWith('=') ? 1 : 0;
  const bytes = (encoded.length / 4) * 3 - padding;
  return bytes >= WEBHOOK_SECRET_BYTES_MIN && bytes <= WEBHOOK_SECRET_BYTES_MAX;
}

function integer(min: number, max: number) {
  const message = `must be an integer from ${min} to ${max}`;
  return z.int(message).min(min, message).max(max, message);
}

type FieldSchemas<N extends AgentFieldName> = {
  readonly [K in N]: z.ZodType<AgentFieldValue<K>, AgentFieldValue<K>>;
};
type DefaultedSchemas<N extends DefaultedAgentField> = {
  readonly [K in N]: z.ZodDefault<z.ZodType<AgentFieldValue<K>, AgentFieldValue<K>>>;
};

function schemaOf({ type, isNullable }: AgentField): z.ZodType {
  const schema = plainSchemaOf(type);
  return isNullable ? schema.nullable() : schema;
}

function plainSchemaOf(type: AgentFieldType): z.ZodType {
  switch (type.kind) {
    case 'text':
      return displayName(type.lengthMax);
    case 'key':
      return z
        .string()
        .min(1)
        .max(type.lengthMax, 'is too long')
        .regex(/^[\x21-\x7e]*$/, 'must consist of visible ASCII characters');
    case 'origin':
      return originUrlSchema;
    case 'path':
      return webhookPathSchema;
    case 'texts':
      return shortArray(type.countMax, displayName(type.lengthMax));
    case 'headers':
      return headersSchema;
    case 'choice':
      return z.enum(type.values);
    case 'integer':
      return integer(type.min, type.max);
    case 'number': {
      const message = `must be from ${type.min} to ${type.max}`;
      return z.number().min(type.min, message).max(type.max, message);
    }
    default:
      return type satisfies never;
  }
}

const agentFields: FieldSchemas<AgentFieldName> = mapAgentFields((name, field) => [
  [name, schemaOf(field)],
]);

const defaultedFields: DefaultedSchemas<DefaultedAgentField> = mapAgentFields((name, field) =>
  'fallback' in field ? [[name, schemaOf(field).default(field.fallback)]] : [],
);

const { model, api_key, ...wireFields } = agentFields;
const { model: _model, api_key: _apiKey, ...defaultedWireFields } = defaultedFields;

/** What the adapter needs. Fields that are left out stay as they are; null takes them away. */
const adapterOptionsSchema = z.strictObject({
  model: model.optional(),
  api_key: api_key.optional(),
});

/** The key itself is in no answer. */
const adapterOptionsBodySchema = z.strictObject({ model, has_api_key: z.boolean() });

/** The fields of a request as settings: the options of the adapter are settings like the others. */
export function ungrouped<T extends object>(
  agent: T & { readonly adapter_options?: z.output<typeof adapterOptionsSchema> | undefined },
): Omit<T, 'adapter_options'> & z.output<typeof adapterOptionsSchema> {
  const { adapter_options: options, ...fields } = agent;
  return { ...fields, ...options };
}

/** All settings of a registration. */
export function settingsOfNew(agent: CreateAgent['agent']): AgentSettings {
  const { adapter_options: options, id: _id, secret: _secret, ...fields } = agent;
  const { model: its, api_key: key } = options;
  return settingsOf({ ...fields, model: its ?? null, api_key: key ?? null });
}

/** Settings as forms have them: any of them, the options of the adapter among the others. */
export const agentSettingsSchema = z.strictObject(agentFields).partial();

/** Settings of a form as the fields of a request: `ungrouped` the other way round. */
export function grouped<T extends Partial<z.output<typeof adapterOptionsSchema>>>(
  settings: T,
): Omit<T, AdapterOption> & { adapter_options?: z.output<typeof adapterOptionsSchema> } {
  const { model: its, api_key: key, ...fields } = settings;
  if (its === undefined && key === undefined) return fields;
  const options = {
    ...(its === undefined ? {} : { model: its }),
    ...(key === undefined ? {} : { api_key: key }),
  };
  return { ...fields, adapter_options: options };
}

interface TimeLimits {
  readonly timeout_ms: number;
  readonly idle_timeout_ms: number | null;
  readonly total_timeout_ms: number | null;
}

/** What is wrong with the limits of time of an agent taken together, by the name of a setting; null: nothing. */
function wrongTimeLimit(
  agent: TimeLimits,
): { readonly field: 'idle_timeout_ms' | 'total_timeout_ms'; readonly message: string } | null {
  const total = agent.total_timeout_ms ?? TOTAL_TIMEOUT_FACTOR * agent.timeout_ms;
  if (agent.idle_timeout_ms !== null && agent.idle_timeout_ms > total)
    return {
      field: 'idle_timeout_ms',
      message: `must be at most the limit of the whole answer, ${total}`,
    };
  return null;
}

/** What is wrong with the settings of an agent taken together, by the name of a setting; null: nothing. */
export function wrongSettings(
  agent: TimeLimits & Pick<AgentFields, 'adapter' | 'model'>,
): { readonly field: AgentFieldName | 'adapter_options.model'; readonly message: string } | null {
  const { adapter, model } = agent;
  if (model === null && AGENT_ADAPTERS[adapter].usesModel)
    return { field: 'adapter_options.model', message: `is required for the adapter ${adapter}` };
  return wrongTimeLimit(agent);
}

/** `POST /api/agents`. A secret is made when none is given. */
export const createAgentSchema = z.strictObject({
  agent: z.strictObject({
    ...wireFields,
    ...defaultedWireFields,
    adapter_options: adapterOptionsSchema.default({}),
    id: agentIdSchema,
    secret: webhookSecretSchema.optional(),
  }),
});
export type CreateAgent = z.output<typeof createAgentSchema>;
export type CreateAgentInput = z.input<typeof createAgentSchema>;

/** `PATCH` and `PUT /api/agents/:id`: the fields given change, the others stay. `id`, when given, is the path's. */
export const updateAgentSchema = z.strictObject({
  agent: z
    .strictObject({
      ...wireFields,
      adapter_options: adapterOptionsSchema,
      id: agentIdSchema,
      secret: webhookSecretSchema,
    })
    .partial(),
});
export type UpdateAgent = z.output<typeof updateAgentSchema>;

/** `secret` is present in the answer to the creation only. */
export const agentSchema = z.strictObject({
  id: z.string(),
  ...wireFields,
  adapter_options: adapterOptionsBodySchema,
  secret: z.string().optional(),
  /** The secret before the present one signs calls, too, until then; null: there was none. */
  previous_secret_until: timestampSchema.nullable().optional(),
  inserted_at: timestampSchema,
  updated_at: timestampSchema,
});
export type AgentBody = z.output<typeof agentSchema>;

/** As much of a registration as one call needs; what is left out is what a registration would get. */
export const testedAgentSchema = z.strictObject({
  id: agentIdSchema.optional(),
  origin_url: agentFields.origin_url,
  webhook_path: agentFields.webhook_path.optional(),
  adapter: agentFields.adapter.optional(),
  adapter_options: adapterOptionsSchema.optional(),
  headers: agentFields.headers.optional(),
  timeout_ms: agentFields.timeout_ms.optional(),
  connect_timeout_ms: agentFields.connect_timeout_ms.optional(),
  idle_timeout_ms: agentFields.idle_timeout_ms.optional(),
  total_timeout_ms: agentFields.total_timeout_ms.optional(),
  secret: webhookSecretSchema.optional(),
});

/** `POST /api/agents/:id/secret/rotate`: for so many seconds calls are signed with the present secret, too. */
export const rotateSecretSchema = z.strictObject({
  overlap_s: integer(0, SECRET_OVERLAP_S_MAX).default(SECRET_OVERLAP_S_DEFAULT),
});

/** The new secret is in this answer only. */
export const rotatedSecretSchema = z.strictObject({
  secret: z.string(),
  previous_until: timestampSchema.nullable(),
});
export type RotatedSecret = z.output<typeof rotatedSecretSchema>;

/** The answer of the calls that are about one agent. */
export const agentAnswerSchema = z.strictObject({ agent: agentSchema });
export type AgentAnswer = z.output<typeof agentAnswerSchema>;

/** In the order of registration; `has_more`: the rest is asked for with the id of the last as `after`. */
export const agentsAnswerSchema = z.strictObject({
  agents: z.array(agentSchema),
  has_more: z.boolean(),
});
export type AgentsAnswer = z.output<typeof agentsAnswerSchema>;

/** `GET /api/agents`. */
export const agentsQuerySchema = z.strictObject({
  status: z.enum(AGENT_STATUSES).optional(),
  after: agentIdSchema.optional(),
  limit: queryInteger(1, AGENTS_PAGE_LIMIT_MAX).default(AGENTS_PAGE_LIMIT_MAX),
});
export type AgentsQuery = z.output<typeof agentsQuerySchema>;
