import * as z from 'zod';
import { smallObject } from './bounded-array.ts';
import { agentIdSchema, printable, timestampSchema } from './ids.ts';
import {
  AGENT_CONNECT_TIMEOUT_MS_MAX,
  AGENT_DEBOUNCE_MS_MAX,
  AGENT_HEADER_NAME_LENGTH_MAX,
  AGENT_HEADER_VALUE_LENGTH_MAX,
  AGENT_HEADERS_MAX,
  AGENT_HISTORY_LIMIT_MAX,
  AGENT_NAME_LENGTH_MAX,
  AGENT_TIMEOUT_MS_MAX,
  AGENT_TIMEOUT_MS_MIN,
  AGENT_TOTAL_TIMEOUT_MS_MAX,
  AGENT_URL_LENGTH_MAX,
  AGENTS_PAGE_LIMIT_MAX,
  COMPACTION_BUDGET_MAX,
  COMPACTION_BUDGET_MIN,
  SECRET_OVERLAP_S_DEFAULT,
  SECRET_OVERLAP_S_MAX,
  WEBHOOK_SECRET_BYTES_MAX,
  WEBHOOK_SECRET_BYTES_MIN,
} from './limits.ts';
import { queryInteger } from './messages.ts';

export const HISTORY_MODES = ['tail', 'last', 'entire'] as const;
/**
 * What a message does that a person writes while the agent answers: it waits its turn, ends the answer, is refused
 * (`conflict`), or joins the same turn when it comes within the debounce window and nothing was streamed yet.
 */
export const WHILE_ANSWERING = ['queue', 'interrupt', 'reject', 'merge'] as const;
/** What becomes of an answer whose node died: the agent is called again, or what was streamed is kept as it stands. */
export const AFTER_NODE_LOSS = ['retry', 'seal'] as const;
export const AGENT_STATUSES = ['enabled', 'disabled'] as const;

/** What an agent gets when its registration does not say. */
export const AGENT_DEFAULTS = {
  webhook_path: '/webhook',
  message_history_mode: 'tail',
  message_history_limit: 50,
  timeout_ms: 30_000,
  connect_timeout_ms: 5_000,
  idle_timeout_ms: null,
  total_timeout_ms: null,
  debounce_window_ms: 500,
  while_answering: 'queue',
  after_node_loss: 'retry',
  compaction_webhook_url: null,
  compaction_token_budget: null,
  compaction_trigger_ratio: 0.7,
  headers: {},
  status: 'enabled',
} as const;

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

const agentFields = {
  name: printable(AGENT_NAME_LENGTH_MAX),
  origin_url: originUrlSchema,
  webhook_path: webhookPathSchema,
  message_history_mode: z.enum(HISTORY_MODES),
  message_history_limit: integer(1, AGENT_HISTORY_LIMIT_MAX),
  /** Until the first byte of the answer. */
  timeout_ms: integer(AGENT_TIMEOUT_MS_MIN, AGENT_TIMEOUT_MS_MAX),
  /** Until there is a connection. */
  connect_timeout_ms: integer(AGENT_TIMEOUT_MS_MIN, AGENT_CONNECT_TIMEOUT_MS_MAX),
  /** Silence within the answer; null: as long as `timeout_ms`. */
  idle_timeout_ms: integer(AGENT_TIMEOUT_MS_MIN, AGENT_TIMEOUT_MS_MAX).nullable(),
  /** The whole answer; null: ten times `timeout_ms`. */
  total_timeout_ms: integer(AGENT_TIMEOUT_MS_MIN, AGENT_TOTAL_TIMEOUT_MS_MAX).nullable(),
  debounce_window_ms: integer(0, AGENT_DEBOUNCE_MS_MAX),
  while_answering: z.enum(WHILE_ANSWERING),
  after_node_loss: z.enum(AFTER_NODE_LOSS),
  /** Makes a summary of a conversation that grows beyond what the agent's model can read; null: none is made. */
  compaction_webhook_url: originUrlSchema.nullable(),
  /** How many tokens the agent's model can read; null: conversations are not compacted. */
  compaction_token_budget: integer(COMPACTION_BUDGET_MIN, COMPACTION_BUDGET_MAX).nullable(),
  /** Of the budget: from there on a conversation is compacted. */
  compaction_trigger_ratio: z
    .number()
    .min(0.1, 'must be from 0.1 to 1')
    .max(1, 'must be from 0.1 to 1'),
  headers: headersSchema,
  status: z.enum(AGENT_STATUSES),
};

/** `POST /api/agents`. A secret is made when none is given. */
export const createAgentSchema = z.strictObject({
  agent: z.strictObject({
    ...agentFields,
    id: agentIdSchema,
    webhook_path: agentFields.webhook_path.default(AGENT_DEFAULTS.webhook_path),
    message_history_mode: agentFields.message_history_mode.default(
      AGENT_DEFAULTS.message_history_mode,
    ),
    message_history_limit: agentFields.message_history_limit.default(
      AGENT_DEFAULTS.message_history_limit,
    ),
    timeout_ms: agentFields.timeout_ms.default(AGENT_DEFAULTS.timeout_ms),
    connect_timeout_ms: agentFields.connect_timeout_ms.default(AGENT_DEFAULTS.connect_timeout_ms),
    idle_timeout_ms: agentFields.idle_timeout_ms.default(AGENT_DEFAULTS.idle_timeout_ms),
    total_timeout_ms: agentFields.total_timeout_ms.default(AGENT_DEFAULTS.total_timeout_ms),
    debounce_window_ms: agentFields.debounce_window_ms.default(AGENT_DEFAULTS.debounce_window_ms),
    while_answering: agentFields.while_answering.default(AGENT_DEFAULTS.while_answering),
    after_node_loss: agentFields.after_node_loss.default(AGENT_DEFAULTS.after_node_loss),
    compaction_webhook_url: agentFields.compaction_webhook_url.default(
      AGENT_DEFAULTS.compaction_webhook_url,
    ),
    compaction_token_budget: agentFields.compaction_token_budget.default(
      AGENT_DEFAULTS.compaction_token_budget,
    ),
    compaction_trigger_ratio: agentFields.compaction_trigger_ratio.default(
      AGENT_DEFAULTS.compaction_trigger_ratio,
    ),
    headers: agentFields.headers.default(AGENT_DEFAULTS.headers),
    status: agentFields.status.default(AGENT_DEFAULTS.status),
    secret: webhookSecretSchema.optional(),
  }),
});
export type CreateAgent = z.output<typeof createAgentSchema>;
export type CreateAgentInput = z.input<typeof createAgentSchema>;

/** `PATCH` and `PUT /api/agents/:id`: the fields given change, the others stay. `id`, when given, is the path's. */
export const updateAgentSchema = z.strictObject({
  agent: z
    .strictObject({ ...agentFields, id: agentIdSchema, secret: webhookSecretSchema })
    .partial(),
});
export type UpdateAgent = z.output<typeof updateAgentSchema>;

/** `secret` is present in the answer to the creation only. */
export const agentSchema = z.strictObject({
  id: z.string(),
  ...agentFields,
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
