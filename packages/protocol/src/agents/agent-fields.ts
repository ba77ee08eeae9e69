import {
  AGENT_API_KEY_LENGTH_MAX,
  AGENT_CONNECT_TIMEOUT_MS_MAX,
  AGENT_DEBOUNCE_MS_MAX,
  AGENT_DESCRIPTION_LENGTH_MAX,
  AGENT_HISTORY_LIMIT_MAX,
  AGENT_MODEL_LENGTH_MAX,
  AGENT_NAME_LENGTH_MAX,
  AGENT_PRICE_MAX,
  AGENT_PROMPT_LENGTH_MAX,
  AGENT_PROMPTS_MAX,
  AGENT_TIMEOUT_MS_MAX,
  AGENT_TIMEOUT_MS_MIN,
  AGENT_TOTAL_TIMEOUT_MS_MAX,
  COMPACTION_BUDGET_MAX,
  COMPACTION_BUDGET_MIN,
  DAILY_COST_BUDGET_MAX,
  DAILY_TOKEN_BUDGET_MAX,
  RETENTION_DAYS_MAX,
} from '../limits.ts';

/*
 * The settings of an agent, each stated once: the routes, the record in the log, what may be changed, the form of the web app
 * and the reference pages are made of this table. A setting that is added here is missing nowhere but where it is used.
 */

/** What a setting can be. */
export type AgentFieldType =
  | { readonly kind: 'text' | 'key'; readonly lengthMax: number }
  | { readonly kind: 'texts'; readonly countMax: number; readonly lengthMax: number }
  | { readonly kind: 'origin' | 'path' | 'headers' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'integer' | 'number'; readonly min: number; readonly max: number };

/** The sections of the form, in its order. */
export const AGENT_SECTIONS = {
  profile: { title: 'Profile', text: 'What users see when they choose an agent.' },
  endpoint: { title: 'Endpoint', text: 'Where the agent listens, and how it is talked to.' },
  history: { title: 'History', text: 'How much of a conversation each call carries.' },
  concurrency: { title: 'Concurrency', text: 'What happens while an answer is in progress.' },
  timeouts: { title: 'Time-outs', text: 'How long each step of a call may take.' },
  summaries: {
    title: 'Summaries',
    text: 'A long conversation can be summarised before it no longer fits the model.',
  },
  costs: { title: 'Costs', text: 'What its tokens cost, and how much may be spent a day.' },
  privacy: { title: 'Privacy', text: 'How long conversations with it are kept.' },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly text: string }>>;
type AgentSection = keyof typeof AGENT_SECTIONS;

/** How an owner sets it: a field of text, lines of text, or one of a few, each in words. */
export interface AgentFieldControl {
  readonly section: AgentSection;
  readonly label: string;
  /** Stands within the field, behind the number. */
  readonly unit?: string;
  readonly hint?: string;
  readonly options?: Readonly<Record<string, string>>;
}

/** One setting: how it is named, checked, explained and edited. */
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
const historyParts = choice({
  all: 'all of it',
  text: 'texts and files, without tools and reasoning',
});
const whileAnswering = choice({
  queue: 'waits its turn',
  interrupt: 'ends the answer',
  reject: 'is refused',
  merge: 'joins the turn, when nothing was said yet',
});
const afterNodeLoss = choice({ retry: 'it is called again', seal: 'what was said stands' });
const adapter = choice({
  'ai-sdk': 'AI SDK stream, server-sent events or JSON lines',
  'openai-chat': 'OpenAI-compatible chat completions',
  'openai-responses': 'OpenAI-compatible responses',
  'ag-ui': 'AG-UI events',
  text: 'plain text',
});
/** ISO 4217. */
const currency = choice({
  USD: 'US dollar',
  EUR: 'Euro',
  GBP: 'Pound sterling',
  CHF: 'Swiss franc',
  JPY: 'Yen',
  CNY: 'Renminbi',
  INR: 'Indian rupee',
  KRW: 'Won',
  BRL: 'Real',
  CAD: 'Canadian dollar',
  AUD: 'Australian dollar',
});
const price = { kind: 'number', min: 0, max: AGENT_PRICE_MAX } as const;
const status = choice({ enabled: 'is called', disabled: 'is not called' });

const timeout = (max: number) => ({ kind: 'integer', min: AGENT_TIMEOUT_MS_MIN, max }) as const;

/** The table, by the names of the wire. */
export const AGENT_FIELDS = {
  name: {
    record: 'name',
    type: { kind: 'text', lengthMax: AGENT_NAME_LENGTH_MAX },
    isNullable: false,
    meaning: 'what users see',
    control: { section: 'profile', label: 'Name' },
  },
  description: {
    record: 'description',
    type: { kind: 'text', lengthMax: AGENT_DESCRIPTION_LENGTH_MAX },
    isNullable: true,
    fallback: null,
    meaning: 'what it is for, shown where users choose an agent; null: nothing',
    control: { section: 'profile', label: 'Description', hint: 'One sentence: what it is for.' },
  },
  suggested_prompts: {
    record: 'suggestedPrompts',
    type: { kind: 'texts', countMax: AGENT_PROMPTS_MAX, lengthMax: AGENT_PROMPT_LENGTH_MAX },
    isNullable: false,
    fallback: [],
    meaning: 'messages that a conversation with it can begin with, offered in the web app',
    control: {
      section: 'profile',
      label: 'Suggested prompts',
      hint: `One a line, at most ${AGENT_PROMPTS_MAX}. They are offered in a new conversation.`,
    },
  },
  origin_url: {
    record: 'originUrl',
    type: { kind: 'origin' },
    isNullable: false,
    meaning: 'where it listens: http or https, without credentials, query and fragment',
    control: { section: 'endpoint', label: 'Origin URL' },
  },
  webhook_path: {
    record: 'webhookPath',
    type: { kind: 'path' },
    isNullable: false,
    fallback: '/webhook',
    meaning: 'appended to `origin_url`',
    control: { section: 'endpoint', label: 'Webhook path' },
  },
  adapter: {
    record: 'adapter',
    type: adapter.type,
    isNullable: false,
    fallback: 'ai-sdk',
    meaning:
      'what it is sent and how its answer is read: `ai-sdk`, the webhook and a UI message stream; `openai-chat` and `openai-responses`, an OpenAI-compatible `/v1/chat/completions` or `/v1/responses`; `ag-ui`, an AG-UI run; `text`, the webhook and a plain text stream',
    control: { section: 'endpoint', label: 'Adapter', options: adapter.options },
  },
  model: {
    record: 'model',
    type: { kind: 'text', lengthMax: AGENT_MODEL_LENGTH_MAX },
    isNullable: true,
    fallback: null,
    meaning:
      'the model that an `openai-chat` or `openai-responses` agent is asked for; other adapters do not use it',
    control: {
      section: 'endpoint',
      label: 'Model',
      hint: 'As the server names it, such as llama3.2.',
    },
  },
  api_key: {
    record: 'apiKey',
    type: { kind: 'key', lengthMax: AGENT_API_KEY_LENGTH_MAX },
    isNullable: true,
    fallback: null,
    meaning:
      'what an `openai-chat` or `openai-responses` agent is sent as its bearer token; stored encrypted, never shown',
    control: {
      section: 'endpoint',
      label: 'API key',
      hint: 'Sent as a bearer token. Stored encrypted and never shown again.',
    },
  },
  message_history_mode: {
    record: 'messageHistoryMode',
    type: historyMode.type,
    isNullable: false,
    fallback: 'tail',
    meaning: '`tail`: the newest N messages; `last`: the newest one; `entire`: all',
    control: { section: 'history', label: 'What it is sent', options: historyMode.options },
  },
  message_history_limit: {
    record: 'messageHistoryLimit',
    type: { kind: 'integer', min: 1, max: AGENT_HISTORY_LIMIT_MAX },
    isNullable: false,
    fallback: 50,
    meaning: 'N of `tail`',
    control: { section: 'history', label: 'How many messages', unit: 'messages' },
  },
  message_history_parts: {
    record: 'messageHistoryParts',
    type: historyParts.type,
    isNullable: false,
    fallback: 'all',
    meaning:
      '`text`: earlier replies are sent without reasoning, tool calls and data, and those that are nothing else are left out; a reply that waits for its tools is sent whole',
    control: { section: 'history', label: 'What of a message', options: historyParts.options },
  },
  debounce_window_ms: {
    record: 'debounceWindowMs',
    type: { kind: 'integer', min: 0, max: AGENT_DEBOUNCE_MS_MAX },
    isNullable: false,
    fallback: 500,
    meaning: 'wait this long after a message, in case another follows',
    control: {
      section: 'concurrency',
      label: 'Debounce',
      unit: 'ms',
      hint: 'Messages within this time are one turn.',
    },
  },
  while_answering: {
    record: 'whileAnswering',
    type: whileAnswering.type,
    isNullable: false,
    fallback: 'queue',
    meaning:
      'what a message does that comes while the agent answers: `queue` waits its turn, `interrupt` ends the answer, `reject` is refused (`conflict`), `merge` joins the turn within the debounce window if nothing was said yet',
    control: {
      section: 'concurrency',
      label: 'A message while it answers',
      options: whileAnswering.options,
    },
  },
  after_node_loss: {
    record: 'afterNodeLoss',
    type: afterNodeLoss.type,
    isNullable: false,
    fallback: 'retry',
    meaning:
      'an answer whose node died: `retry` calls again, `seal` keeps what was said as it stands',
    control: {
      section: 'concurrency',
      label: 'When a node is lost',
      options: afterNodeLoss.options,
    },
  },
  timeout_ms: {
    record: 'timeoutMs',
    type: timeout(AGENT_TIMEOUT_MS_MAX),
    isNullable: false,
    fallback: 30_000,
    meaning: 'to the first byte of an answer',
    control: { section: 'timeouts', label: 'First byte within', unit: 'ms' },
  },
  connect_timeout_ms: {
    record: 'connectTimeoutMs',
    type: timeout(AGENT_CONNECT_TIMEOUT_MS_MAX),
    isNullable: false,
    fallback: 5_000,
    meaning: 'until there is a connection',
    control: { section: 'timeouts', label: 'Connected within', unit: 'ms' },
  },
  idle_timeout_ms: {
    record: 'idleTimeoutMs',
    type: timeout(AGENT_TIMEOUT_MS_MAX),
    isNullable: true,
    fallback: null,
    meaning:
      'silence within an answer, at most what the whole answer may take; `null`: as long as `timeout_ms`',
    control: {
      section: 'timeouts',
      label: 'Silence at most',
      unit: 'ms',
      hint: 'Empty: as the first byte.',
    },
  },
  total_timeout_ms: {
    record: 'totalTimeoutMs',
    type: timeout(AGENT_TOTAL_TIMEOUT_MS_MAX),
    isNullable: true,
    fallback: null,
    meaning: 'the whole answer; `null`: ten times `timeout_ms`',
    control: {
      section: 'timeouts',
      label: 'Whole answer within',
      unit: 'ms',
      hint: 'Empty: ten times the first byte.',
    },
  },
  compaction_webhook_url: {
    record: 'compactionWebhookUrl',
    type: { kind: 'origin' },
    isNullable: true,
    fallback: null,
    meaning: 'makes a summary of a long conversation; null: none is made',
    control: {
      section: 'summaries',
      label: 'Compaction webhook',
      hint: 'Empty: never summarised.',
    },
  },
  compaction_token_budget: {
    record: 'compactionTokenBudget',
    type: { kind: 'integer', min: COMPACTION_BUDGET_MIN, max: COMPACTION_BUDGET_MAX },
    isNullable: true,
    fallback: null,
    meaning: 'how many tokens the model of the agent can read; null: never compacted',
    control: {
      section: 'summaries',
      label: 'Token budget',
      unit: 'tokens',
      hint: 'Empty: never summarised.',
    },
  },
  compaction_trigger_ratio: {
    record: 'compactionTriggerRatio',
    type: { kind: 'number', min: 0.1, max: 1 },
    isNullable: false,
    fallback: 0.7,
    meaning: 'of the budget: from there on a conversation is compacted',
    control: {
      section: 'summaries',
      label: 'Summarise from',
      unit: 'of the budget',
      hint: 'A share, from 0.1 to 1.',
    },
  },
  retention_age_days: {
    record: 'retentionAgeDays',
    type: { kind: 'integer', min: 1, max: RETENTION_DAYS_MAX },
    isNullable: true,
    fallback: null,
    meaning: 'days after which a conversation is erased, counted from its beginning; null: never',
    control: {
      section: 'privacy',
      label: 'Erase after',
      unit: 'days',
      hint: 'From its beginning. Empty: never.',
    },
  },
  retention_idle_days: {
    record: 'retentionIdleDays',
    type: { kind: 'integer', min: 1, max: RETENTION_DAYS_MAX },
    isNullable: true,
    fallback: null,
    meaning: 'days without a change after which a conversation is erased; null: never',
    control: {
      section: 'privacy',
      label: 'Erase when idle',
      unit: 'days',
      hint: 'Since its last change. Empty: never.',
    },
  },
  currency: {
    record: 'currency',
    type: currency.type,
    isNullable: false,
    fallback: 'USD',
    meaning: 'of its prices, its cost budget and the costs that it reports without one; ISO 4217',
    control: { section: 'costs', label: 'Currency', options: currency.options },
  },
  input_price: {
    record: 'inputPrice',
    type: price,
    isNullable: true,
    fallback: null,
    meaning: 'of a million input tokens; null: unknown, so that only reported costs count',
    control: {
      section: 'costs',
      label: 'Price of input',
      hint: 'Of a million tokens. Empty: unknown.',
    },
  },
  cached_input_price: {
    record: 'cachedInputPrice',
    type: price,
    isNullable: true,
    fallback: null,
    meaning: 'of a million input tokens that came from a cache; null: as `input_price`',
    control: {
      section: 'costs',
      label: 'Price of cached input',
      hint: 'Of a million tokens. Empty: as input.',
    },
  },
  output_price: {
    record: 'outputPrice',
    type: price,
    isNullable: true,
    fallback: null,
    meaning: 'of a million output tokens; null: unknown, so that only reported costs count',
    control: {
      section: 'costs',
      label: 'Price of output',
      hint: 'Of a million tokens. Empty: unknown.',
    },
  },
  daily_token_budget: {
    record: 'dailyTokenBudget',
    type: { kind: 'integer', min: 1, max: DAILY_TOKEN_BUDGET_MAX },
    isNullable: true,
    fallback: null,
    meaning:
      'tokens a day (UTC), after which users’ messages are refused with `budget_exhausted`; null: no limit',
    control: {
      section: 'costs',
      label: 'Tokens a day',
      hint: 'Then messages are refused. Empty: no limit.',
    },
  },
  daily_cost_budget: {
    record: 'dailyCostBudget',
    type: { kind: 'number', min: 0.01, max: DAILY_COST_BUDGET_MAX },
    isNullable: true,
    fallback: null,
    meaning:
      'cost a day (UTC) in its currency, after which users’ messages are refused with `budget_exhausted`; null: no limit',
    control: {
      section: 'costs',
      label: 'Cost a day',
      hint: 'Then messages are refused. Empty: no limit.',
    },
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
/** The name of a setting on the wire. */
export type AgentFieldName = keyof Table;

/** How an agent is talked to. */
export type AgentAdapterName = AgentFieldValue<'adapter'>;

/** What a form says of an adapter. */
export interface AgentAdapterInfo {
  /** Where servers have it, as a rule. */
  readonly usualPath: string;
  /** It asks for a model, and can't be called without one. */
  readonly usesModel: boolean;
  readonly hint: string;
}

/** What forms say of each adapter. */
export const AGENT_ADAPTERS: Readonly<Record<AgentAdapterName, AgentAdapterInfo>> = {
  'ai-sdk': {
    usualPath: '/webhook',
    usesModel: false,
    hint: 'A route handler of the AI SDK, or any program that streams its chunks.',
  },
  'openai-chat': {
    usualPath: '/v1/chat/completions',
    usesModel: true,
    hint: 'Ollama, vLLM, LM Studio and hosted services. Their key is stored encrypted.',
  },
  'openai-responses': {
    usualPath: '/v1/responses',
    usesModel: true,
    hint: 'OpenAI and servers with its newer API. Their key is stored encrypted.',
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
      : T extends { readonly kind: 'texts' }
        ? readonly string[]
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

/** Settings that are what an adapter needs: over the wire they are fields of `adapter_options`. */
export const ADAPTER_OPTIONS = ['model', 'api_key'] as const satisfies readonly AgentFieldName[];
export type AdapterOption = (typeof ADAPTER_OPTIONS)[number];

/** Settings that a form offers. */
export type OfferedAgentField = {
  [N in AgentFieldName]: Table[N]['control'] extends null ? never : N;
}[AgentFieldName];

/** All of them, in the order of the table. */
export const AGENT_FIELD_NAMES: readonly AgentFieldName[] =
  Object.keys(AGENT_FIELDS).filter(isAgentFieldName);

/** Whether a text names a setting that a form offers. */
export function isOfferedAgentField(name: string): name is OfferedAgentField {
  return isAgentFieldName(name) && AGENT_FIELDS[name].control !== null;
}

/** Whether a text names a setting. */
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
