import {
  AGENT_CONNECT_TIMEOUT_MS_MAX,
  AGENT_DEBOUNCE_MS_MAX,
  AGENT_HISTORY_LIMIT_MAX,
  AGENT_MODEL_LENGTH_MAX,
  AGENT_NAME_LENGTH_MAX,
  AGENT_TIMEOUT_MS_MAX,
  AGENT_TIMEOUT_MS_MIN,
  AGENT_TOTAL_TIMEOUT_MS_MAX,
  COMPACTION_BUDGET_MAX,
  COMPACTION_BUDGET_MIN,
} from '../limits.ts';

/*
 * The settings of an agent, each stated once: the routes, the record in the log, what may be changed, the form of the web app
 * and the reference pages are made of this table. A setting that is added here is missing nowhere but where it is used.
 */

/** What a setting can be. */
export type AgentFieldType =
  | { readonly kind: 'text'; readonly lengthMax: number }
  | { readonly kind: 'origin' | 'path' | 'headers' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'integer' | 'number'; readonly min: number; readonly max: number };

/** How a person sets it: a field of text, or one of a few, each in words. */
export interface AgentFieldControl {
  readonly label: string;
  readonly hint?: string;
  readonly options?: Readonly<Record<string, string>>;
}

export interface AgentField {
  /** Its name in the record of the log and within a node. */
  readonly record: string;
  readonly type: AgentFieldType;
  /** Whether it may be null. */
  readonly isNullable: boolean;
  /** What a registration gets that does not say; undefined: it must say. */
  readonly fallback?: unknown;
  /** For the reference. */
  readonly meaning: string;
  /** Null: it is not among the settings that a form offers. */
  readonly control: AgentFieldControl | null;
}

function choice<const V extends string>(options: Readonly<Record<V, string>>) {
  // Object.keys knows no more of an object than that its keys are text.
  const values = Object.keys(options) as V[];
  return { type: { kind: 'choice', values }, options } as const;
}

const historyMode = choice({
  tail: 'the newest messages',
  last: 'only the newest message',
  entire: 'the whole conversation',
});
const whileAnswering = choice({
  queue: 'waits its turn',
  interrupt: 'ends the answer',
  reject: 'is refused',
  merge: 'joins the turn, when nothing was said yet',
});
const afterNodeLoss = choice({ retry: 'it is called again', seal: 'what was said stands' });
const protocol = choice({
  'ai-sdk': 'AI SDK stream, server-sent events or JSON lines',
  'openai-chat': 'OpenAI-compatible chat completions',
  'openai-responses': 'OpenAI-compatible responses',
  'ag-ui': 'AG-UI events',
  text: 'plain text',
});
const status = choice({ enabled: 'is called', disabled: 'is not called' });

const timeout = (max: number) => ({ kind: 'integer', min: AGENT_TIMEOUT_MS_MIN, max }) as const;

export const AGENT_FIELDS = {
  name: {
    record: 'name',
    type: { kind: 'text', lengthMax: AGENT_NAME_LENGTH_MAX },
    isNullable: false,
    meaning: 'for people',
    control: { label: 'Name' },
  },
  origin_url: {
    record: 'originUrl',
    type: { kind: 'origin' },
    isNullable: false,
    meaning: 'where it listens: http or https, without credentials, query and fragment',
    control: { label: 'Origin URL' },
  },
  webhook_path: {
    record: 'webhookPath',
    type: { kind: 'path' },
    isNullable: false,
    fallback: '/webhook',
    meaning: 'appended to `origin_url`',
    control: { label: 'Webhook path' },
  },
  protocol: {
    record: 'protocol',
    type: protocol.type,
    isNullable: false,
    fallback: 'ai-sdk',
    meaning:
      'what it is sent and how its answer is read: `ai-sdk`, the webhook and a UI message stream; `openai-chat` and `openai-responses`, an OpenAI-compatible `/v1/chat/completions` or `/v1/responses`; `ag-ui`, an AG-UI run; `text`, the webhook and a plain text stream',
    control: { label: 'Protocol', options: protocol.options },
  },
  model: {
    record: 'model',
    type: { kind: 'text', lengthMax: AGENT_MODEL_LENGTH_MAX },
    isNullable: true,
    fallback: null,
    meaning:
      'the model that an `openai-chat` or `openai-responses` agent is asked for; other protocols do not use it',
    control: { label: 'Model', hint: 'As the server names it, such as llama3.2.' },
  },
  message_history_mode: {
    record: 'messageHistoryMode',
    type: historyMode.type,
    isNullable: false,
    fallback: 'tail',
    meaning: '`tail`: the newest N messages; `last`: the newest one; `entire`: all',
    control: { label: 'What it is sent', options: historyMode.options },
  },
  message_history_limit: {
    record: 'messageHistoryLimit',
    type: { kind: 'integer', min: 1, max: AGENT_HISTORY_LIMIT_MAX },
    isNullable: false,
    fallback: 50,
    meaning: 'N of `tail`',
    control: { label: 'How many messages', hint: 'of the newest ones' },
  },
  debounce_window_ms: {
    record: 'debounceWindowMs',
    type: { kind: 'integer', min: 0, max: AGENT_DEBOUNCE_MS_MAX },
    isNullable: false,
    fallback: 500,
    meaning: 'wait this long after a message, in case another follows',
    control: { label: 'Debounce, ms', hint: 'Messages within this time are one turn.' },
  },
  while_answering: {
    record: 'whileAnswering',
    type: whileAnswering.type,
    isNullable: false,
    fallback: 'queue',
    meaning:
      'what a message does that comes while the agent answers: `queue` waits its turn, `interrupt` ends the answer, `reject` is refused (`conflict`), `merge` joins the turn within the debounce window if nothing was said yet',
    control: { label: 'A message while it answers', options: whileAnswering.options },
  },
  after_node_loss: {
    record: 'afterNodeLoss',
    type: afterNodeLoss.type,
    isNullable: false,
    fallback: 'retry',
    meaning:
      'an answer whose node died: `retry` calls again, `seal` keeps what was said as it stands',
    control: { label: 'When a node is lost', options: afterNodeLoss.options },
  },
  timeout_ms: {
    record: 'timeoutMs',
    type: timeout(AGENT_TIMEOUT_MS_MAX),
    isNullable: false,
    fallback: 30_000,
    meaning: 'to the first byte of an answer',
    control: { label: 'First byte within, ms' },
  },
  connect_timeout_ms: {
    record: 'connectTimeoutMs',
    type: timeout(AGENT_CONNECT_TIMEOUT_MS_MAX),
    isNullable: false,
    fallback: 5_000,
    meaning: 'until there is a connection',
    control: { label: 'Connected within, ms' },
  },
  idle_timeout_ms: {
    record: 'idleTimeoutMs',
    type: timeout(AGENT_TIMEOUT_MS_MAX),
    isNullable: true,
    fallback: null,
    meaning:
      'silence within an answer, at most what the whole answer may take; `null`: as long as `timeout_ms`',
    control: { label: 'Silence at most, ms', hint: 'Empty: as the first byte.' },
  },
  total_timeout_ms: {
    record: 'totalTimeoutMs',
    type: timeout(AGENT_TOTAL_TIMEOUT_MS_MAX),
    isNullable: true,
    fallback: null,
    meaning: 'the whole answer; `null`: ten times `timeout_ms`',
    control: { label: 'Whole answer within, ms', hint: 'Empty: ten times the first byte.' },
  },
  compaction_webhook_url: {
    record: 'compactionWebhookUrl',
    type: { kind: 'origin' },
    isNullable: true,
    fallback: null,
    meaning: 'makes a summary of a long conversation; null: none is made',
    control: { label: 'Compaction webhook', hint: 'Empty: never summarised.' },
  },
  compaction_token_budget: {
    record: 'compactionTokenBudget',
    type: { kind: 'integer', min: COMPACTION_BUDGET_MIN, max: COMPACTION_BUDGET_MAX },
    isNullable: true,
    fallback: null,
    meaning: 'how many tokens the model of the agent can read; null: never compacted',
    control: { label: 'Token budget', hint: 'Empty: never summarised.' },
  },
  compaction_trigger_ratio: {
    record: 'compactionTriggerRatio',
    type: { kind: 'number', min: 0.1, max: 1 },
    isNullable: false,
    fallback: 0.7,
    meaning: 'of the budget: from there on a conversation is compacted',
    control: { label: 'Summarise from this share of it' },
  },
  headers: {
    record: 'headers',
    type: { kind: 'headers' },
    isNullable: false,
    fallback: {},
    meaning: 'sent with every call',
    control: null,
  },
  status: {
    record: 'status',
    type: status.type,
    isNullable: false,
    fallback: 'enabled',
    meaning: '`disabled` is not called',
    control: null,
  },
} as const satisfies Readonly<Record<string, AgentField>>;

type Table = typeof AGENT_FIELDS;
export type AgentFieldName = keyof Table;

/** How an agent is talked to. */
export type AgentProtocolName = AgentFieldValue<'protocol'>;

/** What a form says of a protocol. */
export interface AgentProtocolInfo {
  /** Where servers have it, as a rule. */
  readonly usualPath: string;
  /** It asks for a model, and can't be called without one. */
  readonly usesModel: boolean;
  readonly hint: string;
}

export const AGENT_PROTOCOLS: Readonly<Record<AgentProtocolName, AgentProtocolInfo>> = {
  'ai-sdk': {
    usualPath: '/webhook',
    usesModel: false,
    hint: 'A route handler of the AI SDK, or any program that streams its chunks.',
  },
  'openai-chat': {
    usualPath: '/v1/chat/completions',
    usesModel: true,
    hint: 'Ollama, vLLM, LM Studio and hosted services. Their key is a header of the agent.',
  },
  'openai-responses': {
    usualPath: '/v1/responses',
    usesModel: true,
    hint: 'OpenAI and servers with its newer API. Their key is a header of the agent.',
  },
  'ag-ui': {
    usualPath: '/agent',
    usesModel: false,
    hint: 'LangGraph, CrewAI, Mastra and Pydantic AI serve their agents so. State is kept for them.',
  },
  text: {
    usualPath: '/webhook',
    usesModel: false,
    hint: 'A program that gets the webhook and writes its answer as it is made.',
  },
};

type Plain<T extends AgentFieldType> = T extends { readonly values: readonly (infer V)[] }
  ? V
  : T extends { readonly kind: 'integer' | 'number' }
    ? number
    : T extends { readonly kind: 'headers' }
      ? Readonly<Record<string, string>>
      : string;

/** What a setting holds. */
export type AgentFieldValue<N extends AgentFieldName> =
  | Plain<Table[N]['type']>
  | (Table[N]['isNullable'] extends true ? null : never);

/** The settings as they go over the wire. */
export type AgentFields = { readonly [N in AgentFieldName]: AgentFieldValue<N> };

/** The settings as a node and the log hold them. */
export type AgentSettings = {
  readonly [N in AgentFieldName as Table[N]['record']]: AgentFieldValue<N>;
};

/** Settings that a registration need not name. */
export type DefaultedAgentField = {
  [N in AgentFieldName]: Table[N] extends { readonly fallback: unknown } ? N : never;
}[AgentFieldName];

/** Settings that a form offers. */
export type OfferedAgentField = {
  [N in AgentFieldName]: Table[N]['control'] extends null ? never : N;
}[AgentFieldName];

/** All of them, in the order of the table. */
export const AGENT_FIELD_NAMES: readonly AgentFieldName[] =
  Object.keys(AGENT_FIELDS).filter(isAgentFieldName);

export function isOfferedAgentField(name: string): name is OfferedAgentField {
  return isAgentFieldName(name) && AGENT_FIELDS[name].control !== null;
}

export function isAgentFieldName(name: string): name is AgentFieldName {
  return Object.hasOwn(AGENT_FIELDS, name);
}

/** What an agent gets when its registration does not say. */
export const AGENT_DEFAULTS: Pick<AgentFields, DefaultedAgentField> = mapAgentFields(
  (name, field) => ('fallback' in field ? [[name, field.fallback]] : []),
);

/**
 * As a node holds them; of a change, only those that it has.
 *
 * @example settingsOf({ timeout_ms: 1_000 }) // { timeoutMs: 1_000 }
 */
export function settingsOf(fields: AgentFields): AgentSettings;
export function settingsOf(fields: Unset<AgentFields>): Partial<AgentSettings>;
export function settingsOf(fields: Unset<AgentFields>): Partial<AgentSettings> {
  return mapAgentFields((name, { record }) =>
    fields[name] === undefined ? [] : [[record, fields[name]]],
  );
}

/** As they go over the wire. */
export function fieldsOf(settings: AgentSettings): AgentFields {
  return mapAgentFields((name, { record }) => [[name, settings[record]]]);
}

/** A field that is left out may also be there, as undefined. */
type Unset<T> = { readonly [K in keyof T]?: T[K] | undefined };

type Entries = readonly (readonly [name: string, value: unknown])[];

/** An object with what each row of the table makes. The names and values are those of the rows: the caller says which. */
export function mapAgentFields<T>(
  entriesOf: (name: AgentFieldName, field: Table[AgentFieldName]) => Entries,
): T {
  const entries = AGENT_FIELD_NAMES.flatMap((name) => entriesOf(name, AGENT_FIELDS[name]));
  return Object.fromEntries(entries) as T;
}
