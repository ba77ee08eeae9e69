import { commandReference, exitCodeReference, globalOptionReference } from '@fleetlm/cli/reference';
import {
  ADMIN_SOCKET_EVENTS,
  assistantMetadataSchema,
  ERROR_CODES,
  type ErrorCode,
  errorsOf,
  isErrorCode,
  REST_ROUTES,
  type RestRoute,
  SOCKET_EVENTS,
  SOCKET_REQUESTS,
  type SocketRequest,
  socketErrorsOf,
  UI_MESSAGE_CHUNK_KINDS,
  webhookRequestSchema,
} from '@fleetlm/protocol';
import * as z from 'zod';
import { ERROR_ADVICE } from './error-advice.ts';
import type { MissingMeanings } from './field-meanings.ts';
import { type FieldTables, fieldTables } from './fields-table.ts';
import { type JsonSchema, namedJsonSchema, toJsonSchema, toQuerySchema } from './json-schema.ts';
import { limitTables } from './limit-tables.ts';
import { linksFrom, objectsOf } from './schema-links.ts';
import { typeWords } from './type-words.ts';

type Regions = Readonly<Record<string, string>>;

/** What is made of each page of the reference, by page and region. */
export function pageRegions(meanings: MissingMeanings): Readonly<Record<string, Regions>> {
  const tables = (page: string): FieldTables => fieldTables(meanings, linksFrom(page));
  return {
    'rest.md': restRegions(tables('rest.md')),
    'socket-events.md': socketRegions(tables('socket-events.md')),
    'webhook.md': webhookRegions(tables('webhook.md')),
    'errors.md': { codes: errorTable() },
    'chunk-types.md': { chunks: chunkTable() },
    'limits.md': { rows: limitTables() },
    'cli.md': {
      global: globalOptionReference(),
      'exit-codes': exitCodeReference(),
      commands: commandReference(),
    },
  };
}

function restRegions(tables: FieldTables): Regions {
  const index = REST_ROUTES.map(
    ({ method, path, summary }) =>
      `| [\`${method} ${path}\`](#${anchorOf(method, path)}) | ${summary} |`,
  );
  const topics = new Map<string, RestRoute[]>();
  for (const route of REST_ROUTES)
    topics.set(route.topic, [...(topics.get(route.topic) ?? []), route]);
  const details = [...topics].map(
    ([topic, routes]) =>
      `## ${topic}\n\n${routes.map((route) => restCall(route, tables)).join('\n')}`,
  );
  return {
    index: `| call | |\n| --- | --- |\n${index.join('\n')}`,
    calls: details.join('\n'),
    objects: objects('rest.md', tables),
    identifiers: identifierTable(),
  };
}

/** As GitHub makes it of the heading. */
function anchorOf(method: string, path: string): string {
  return `${method} ${path}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
}

const ACCESS_WORDS = {
  anyone: 'No token is needed.',
  user: 'For a user itself, or with the API key.',
  operator: 'For operators: the API key, or the role `admin`.',
  signed: 'With a signed link, without a token.',
} as const;

/** By which name the fields of a request are looked up among the meanings. */
const REQUEST_NAMES: Readonly<Record<string, string>> = {
  'POST /api/agents': 'CreateAgent',
  'PATCH /api/agents/:id': 'UpdateAgent',
  'PATCH /api/sessions/:id': 'UpdateSession',
  'PUT /api/agents/:id': 'UpdateAgent',
  'GET /api/agents': 'AgentsQuery',
  'POST /api/agents/:id/test': 'TestAgent',
  'POST /api/agents/test': 'TestAgent',
  'GET /api/agents/:id/deliveries': 'DeliveriesQuery',
  'GET /api/agents/:id/dead-letters': 'DeadLettersQuery',
  'POST /api/agents/:id/dead-letters/replay': 'Replay',
  'POST /api/admin/operations': 'OperationRequest',
  'POST /api/admin/operations/plan': 'OperationRequest',
  'POST /api/sessions/:id/blobs': 'CreateBlob',
  'GET /api/events': 'EventFeedQuery',
  'POST /api/event-subscriptions': 'CreateEventSubscription',
  'PATCH /api/event-subscriptions/:id': 'UpdateEventSubscription',
  'GET /api/event-subscriptions/:id/dead-letters': 'EventDeadLettersQuery',
  'POST /api/sessions/:id/read': 'Read',
  'GET /api/sessions/:id/events': 'Feed',
  'GET /api/inbox/events': 'InboxFeed',
  'POST /api/sessions/:id/ag-ui': 'RunAgentInput',
  'POST /v1/chat/completions': 'Completion',
  'POST /mcp': 'JsonRpc',
  'POST /api/sessions/:id/messages': 'PostMessage',
  'GET /api/agents/:id/usage': 'UsageQuery',
  'GET /api/agents/:id/usage.csv': 'UsageQuery',
  'GET /api/agents/:id/feedback': 'FeedbackQuery',
  'GET /api/agents/:id/feedback.csv': 'FeedbackQuery',
  'GET /api/agents/:id/feedback.jsonl': 'FeedbackQuery',
  'GET /api/agents/:id/feedback/stats': 'UsageQuery',
  'PUT /api/sessions/:id/messages/:seq/feedback': 'RateReply',
  'PUT /api/sessions/:id/context': 'SetContext',
  'POST /api/sessions/:id/context/summary': 'Summarize',
  'GET /api/export': 'ExportQuery',
  'GET /api/admin/privacy/export': 'ExportQuery',
  'POST /api/admin/privacy/operations': 'StartPrivacyOperation',
  'PUT /api/admin/legal-holds/:user_id': 'PlaceLegalHold',
};

function restCall(route: RestRoute, tables: FieldTables): string {
  const name = `${route.method} ${route.path}`;
  const object = REQUEST_NAMES[name] ?? 'Request';
  const parts = [`### \`${name}\`\n`, `${route.summary} ${ACCESS_WORDS[route.access]}\n`];
  if (route.query !== undefined)
    parts.push('Query:\n', tables.table(object, toQuerySchema(route.query)));
  if (route.body !== undefined)
    parts.push('Body:\n', tables.table(object, toJsonSchema(route.body, 'input')));
  if (route.rawBody !== undefined) parts.push(`Body: \`${route.rawBody.mediaType}\`\n`);
  parts.push(answerList(route), errorLine(errorsOf(route)));
  return parts.join('\n');
}

function answerList({ answers }: RestRoute): string {
  const link = linksFrom('rest.md');
  const lines = answers.map(({ status, description, body }) => {
    if (body === undefined) return `- **${status}** ${description}`;
    if ('mediaType' in body) return `- **${status}** ${description}: \`${body.mediaType}\``;
    return `- **${status}** ${description}: ${shapeOf(toJsonSchema(body, 'output'), link)}`;
  });
  return `${lines.join('\n')}\n`;
}

/** `{sessions, next}` in words: names of fields, each with its type where that is an object of a name. */
function shapeOf(schema: JsonSchema, link: (name: string) => string): string {
  if (schema.$ref !== undefined) return typeWords(schema, link);
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const isOptional = schema.required?.includes(name) !== true;
    return `\`${name}${isOptional ? '?' : ''}\`: ${typeWords(field, link)}`;
  });
  return `{ ${fields.join('; ')} }`;
}

function errorLine(errors: readonly ErrorCode[]): string {
  const codes = errors.map((code) => `\`${code}\``);
  return codes.length === 0 ? '' : `[Errors](errors.md): ${codes.join(', ')}\n`;
}

function objects(page: string, tables: FieldTables): string {
  return objectsOf(page)
    .map((name) => `### ${name}\n\n${tables.table(name, namedJsonSchema(name))}`)
    .join('\n');
}

function identifierTable(): string {
  const names = [
    'SessionId',
    'MessageId',
    'BlobId',
    'AgentId',
    'DeliveryId',
    'NodeId',
    'Timestamp',
  ];
  const rows = names.map(
    (name) => `| ${name} | ${typeWords(namedJsonSchema(name), (other) => other)} |`,
  );
  return `| name | form |\n| --- | --- |\n${rows.join('\n')}`;
}

function socketRegions(tables: FieldTables): Regions {
  const requests = Object.entries<SocketRequest>(SOCKET_REQUESTS).map(([event, request]) =>
    [
      `### \`${event}\`\n`,
      `${request.summary}\n`,
      tables.table(event, toJsonSchema(request.payload, 'input')),
      `Acknowledged with ${shapeOf(toJsonSchema(request.ack, 'output'), linksFrom('socket-events.md'))}\n`,
      errorLine(socketErrorsOf(request)),
    ].join('\n'),
  );
  const events = (of: typeof SOCKET_EVENTS | typeof ADMIN_SOCKET_EVENTS): string =>
    Object.entries(of)
      .map(([event, { summary, payload }]) => {
        const schema = toJsonSchema(payload, 'output');
        return `### \`${event}\`${event in SOCKET_REQUESTS ? ' (from the node)' : ''}\n\n${summary}\n\n${payloadOf(event, schema, tables)}`;
      })
      .join('\n');
  return {
    requests: requests.join('\n'),
    events: events(SOCKET_EVENTS),
    'admin-events': events(ADMIN_SOCKET_EVENTS),
    objects: objects('socket-events.md', tables),
  };
}

/** A payload that has a name of its own is described there. */
function payloadOf(event: string, schema: JsonSchema, tables: FieldTables): string {
  if (schema.$ref !== undefined) return `A ${typeWords(schema, linksFrom('socket-events.md'))}.\n`;
  const named = NAMED_PAYLOADS[event];
  return named === undefined
    ? tables.table(event, schema)
    : `A ${linksFrom('socket-events.md')(named)}.\n`;
}

const NAMED_PAYLOADS: Readonly<Record<string, string>> = {
  'session:message': 'Message',
  'cluster:event': 'ClusterEvent',
};

function webhookRegions(tables: FieldTables): Regions {
  return {
    body: tables.table('WebhookRequest', toJsonSchema(webhookRequestSchema, 'output')),
    message: tables.table('WebhookMessage', namedJsonSchema('WebhookMessage')),
    metadata: tables.table('AnswerMetadata', toJsonSchema(assistantMetadataSchema, 'output')),
  };
}

function errorTable(): string {
  const codes = Object.keys(ERROR_CODES).filter(isErrorCode);
  const row = (code: ErrorCode): string => {
    const { status, retryable, title } = ERROR_CODES[code];
    return `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${title} | ${ERROR_ADVICE[code]} |`;
  };
  return `| code | status | retryable | meaning | what to do |\n| --- | --- | --- | --- | --- |\n${codes.map(row).join('\n')}`;
}

function chunkTable(): string {
  const rows = UI_MESSAGE_CHUNK_KINDS.map(({ type, since, description, schema }) => {
    const shape = z.object(schema.shape).omit({ type: true });
    const { properties = {}, required = [] } = toJsonSchema(shape, 'input');
    const fields = Object.keys(properties).map(
      (name) => `\`${name}\`${required.includes(name) ? '' : '?'}`,
    );
    return `| \`${type}\` | ${fields.join(', ')} | ${description} | ${since} |`;
  });
  return `| type | fields | | since |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}
