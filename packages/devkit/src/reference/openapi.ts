import {
  ERROR_CODES,
  type ErrorCode,
  errorsOf,
  PROBLEM_MEDIA_TYPE,
  REST_ROUTES,
  type RestAnswer,
  type RestRoute,
} from '@fleetlm/protocol';
import {
  type JsonSchema,
  namedJsonSchema,
  SCHEMA_NAMES,
  toJsonSchema,
  toQuerySchema,
} from './json-schema.ts';

type Json = Readonly<Record<string, unknown>>;

const ACCESS_WORDS = {
  anyone: 'Without a token.',
  user: 'A user for itself; the API key for all.',
  operator: 'The API key, or the role `admin`.',
  signed: 'With a link that a node has signed.',
} as const;

/** The REST calls as an OpenAPI 3.1 document. */
export function openApiDocument(version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'FleetLM',
      version,
      description:
        'The calls that every node of a cluster answers. Times are ISO 8601, UTC, with milliseconds.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:4001', description: 'the first node of `npm start`' }],
    security: [{ token: [] }],
    paths: paths(),
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'A JWT whose `sub` is the user, or the API key.',
        },
      },
      schemas: Object.fromEntries(
        SCHEMA_NAMES.map((name) => [name, hoisted(namedJsonSchema(name))]),
      ),
    },
  };
}

function paths(): Json {
  const byPath: Record<string, Record<string, unknown>> = {};
  for (const route of REST_ROUTES) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    byPath[path] ??= {};
    byPath[path][route.method.toLowerCase()] = operation(route);
  }
  return byPath;
}

function operation(route: RestRoute): Json {
  const parameters = [
    ...pathParameters(route),
    ...headerParameters(route),
    ...queryParameters(route),
  ];
  return {
    operationId: operationId(route),
    tags: [route.topic],
    summary: route.summary,
    description: ACCESS_WORDS[route.access],
    ...(route.access === 'anyone' || route.access === 'signed' ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: route.isBodyOptional !== true,
            content: { 'application/json': { schema: hoisted(toJsonSchema(route.body, 'input')) } },
          },
        }),
    ...(route.rawBody === undefined
      ? {}
      : { requestBody: { required: true, content: content(route.rawBody) } }),
    responses: { ...answers(route.answers), ...problems(route) },
  };
}

/** `GET /api/sessions/:id/messages` -> `getApiSessionsIdMessages`. */
function operationId({ method, path }: RestRoute): string {
  const words = path.split(/[/:]+/).filter((word) => word !== '');
  const upper = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return `${method.toLowerCase()}${upper.join('')}`;
}

function pathParameters({ params = {} }: RestRoute): readonly Json[] {
  return Object.entries(params).map(([name, { documented }]) => ({
    name,
    in: 'path',
    required: true,
    schema: parameterSchema(documented),
  }));
}

function headerParameters({ headers }: RestRoute): readonly Json[] {
  if (headers === undefined) return [];
  const { properties = {}, required = [] } = toJsonSchema(headers, 'input');
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'header',
    required: required.includes(name),
    schema: hoisted(schema),
  }));
}

function parameterSchema(schema: Parameters<typeof toJsonSchema>[0]): JsonSchema {
  return hoisted(toJsonSchema(schema, 'output'));
}

function queryParameters({ query }: RestRoute): readonly Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = toQuerySchema(query);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: hoisted(schema),
  }));
}

function answers(list: readonly RestAnswer[]): Json {
  const statuses = [...new Set(list.map(({ status }) => status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const same = list.filter((answer) => answer.status === status);
      const bodies = same.flatMap(({ body }) => (body === undefined ? [] : [content(body)]));
      return [
        String(status),
        {
          description: same.map(({ description }) => description).join('; '),
          ...(bodies.length === 0 ? {} : { content: Object.assign({}, ...bodies) }),
        },
      ];
    }),
  );
}

function content(body: NonNullable<RestAnswer['body']>): Json {
  if ('mediaType' in body) return { [body.mediaType]: { schema: { type: 'string' } } };
  return { 'application/json': { schema: hoisted(toJsonSchema(body, 'output')) } };
}

function problems(route: RestRoute): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(route)) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const schema = { $ref: '#/components/schemas/Problem' };
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}`).join('. '),
        content: { [PROBLEM_MEDIA_TYPE]: { schema } },
      },
    ]),
  );
}

/** A schema that refers to the document's components instead of to definitions of its own. */
function hoisted(schema: JsonSchema): JsonSchema {
  const { $defs: _defs, $schema: _schema, id: _id, ...rest } = schema;
  const text = JSON.stringify(rest).replaceAll('"#/$defs/', '"#/components/schemas/');
  const parsed: JsonSchema = JSON.parse(text);
  return parsed;
}
