import { REST_ROUTES, type RestRoute } from '@fleetlm/protocol';
import { between, pick } from '../../torture/seeded-random.ts';
import { hostileValue } from '../mutate/hostile-values.ts';
import { mutateDocument, mutateTree } from '../mutate/mutate-json.ts';
import type { RestCase, TokenSpec } from './case.ts';
import { treeOf, treePayload } from './json-tree.ts';
import { bytesOf, join, type Payload } from './payload.ts';
import { sampleOf } from './sample.ts';

/** Operations on nodes and leaders name a node that does not exist (see `node_id` and `to`): drains are not hostile input. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  '/api/sessions/': ['{{session}}', '00-01ARZ3NDEKTSV4RRFFQ69G5FAV'],
  '/api/chat/': ['{{session}}', 'browser-made-id'],
  '/api/agents/': ['{{agent}}', 'unknown-agent'],
  '/api/admin/groups/': ['0', '7', '255', '256', '-1'],
  '/api/admin/nodes/': ['n9'],
  '/api/admin/operations/': ['01ARZ3NDEKTSV4RRFFQ69G5FAV'],
};

const ODD_SEGMENTS: readonly Payload[] = [
  '',
  '%00',
  '%ff',
  '%',
  '%2e%2e%2f',
  '..',
  '%f0%9f%92%a9',
  '__proto__',
  '{{session}}%20',
  '{{session}}/',
  { repeat: 'a', times: 10_000 },
  { repeat: '%2f', times: 1_000 },
  bytesOf(0xff, 0x80),
];

const ODD_QUERIES: readonly Payload[] = [
  'limit=0',
  'limit=501',
  'limit=1e2',
  'limit=99999999999999999999',
  'limit=1&limit=2',
  'limit[]=1',
  'limit[__proto__]=1',
  'after_seq=1&before_seq=2',
  'after_seq=-1',
  'after_seq=2147483648',
  'before_seq=%00',
  'q=%00%00',
  'q=%25%25%25',
  'q=%ud800',
  'q=%ed%a0%80%20',
  { concat: ['q=', { repeat: '%25', times: 60 }] },
  { concat: ['q=', { repeat: '_%25', times: 40 }] },
  { concat: ['cursor=', { repeat: 'A', times: 5_000 }] },
  'cursor=e30%3D',
  'before=e30%3D',
  'user_id=%F0%9F%92%A9&user_id=b',
  { repeat: 'a=b&', times: 2_000 },
  'unknown=1',
];

/** A request of the contract's table, then made wrong in one to three places. */
export function restInput(name: string, random: () => number): RestCase {
  const route = pick(REST_ROUTES, random);
  const sender = senderFor(route, random);
  const token = random() < 0.05 ? { token: tokenInput(random) } : {};
  const headers = random() < 0.1 ? { headers: oddHeaders(random) } : rawHeaders(route);
  return {
    name: `${name} ${route.method} ${route.path}`,
    edge: 'rest',
    method:
      random() < 0.02 ? pick(['TRACE', 'OPTIONS', 'HEAD', 'PUT', 'FOO'], random) : route.method,
    target: targetOf(route, random),
    route: `${route.method} ${route.path}`,
    sender,
    ...token,
    ...headers,
    body: bodyOf(route, random),
    ...(random() < 0.03 ? { at_once: pick([2, 8, 32], random) } : {}),
  };
}

function rawHeaders({ rawBody }: RestRoute): Pick<RestCase, 'headers'> {
  return rawBody === undefined ? {} : { headers: [['content-type', rawBody.mediaType]] };
}

function senderFor(route: RestRoute, random: () => number): RestCase['sender'] {
  if (random() < 0.1) return 'anonymous';
  if (route.access === 'operator') return random() < 0.9 ? 'operator' : 'user';
  return random() < 0.8 ? 'user' : 'operator';
}

function targetOf(route: RestRoute, random: () => number): Payload {
  const choices = Object.entries(PARAMETERS).find(([prefix]) => route.path.startsWith(prefix));
  const parts = route.path.split('/').map((segment): Payload => {
    if (!segment.startsWith(':')) return random() < 0.01 ? percentEncoded(segment) : segment;
    if (random() < 0.15) return pick(ODD_SEGMENTS, random);
    return random() < 0.8 ? (choices?.[1][0] ?? 'x') : pick(choices?.[1] ?? ['x'], random);
  });
  const path = join(parts.flatMap((part, index) => (index === 0 ? [part] : ['/', part])));
  if (route.query === undefined ? random() < 0.95 : random() < 0.2) return path;
  return join([
    path,
    '?',
    random() < 0.5 || route.query === undefined
      ? pick(ODD_QUERIES, random)
      : queryOf(route.query, random),
  ]);
}

function queryOf(schema: NonNullable<RestRoute['query']>, random: () => number): string {
  const value = sampleOf(schema, random);
  return typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([key, member]) => `${key}=${String(member).replaceAll(' ', '+')}`)
        .join('&')
    : '';
}

/** `/api/chat` as `/%61pi/chat`: the same to a router, another text to code that compares the raw target. */
export function percentEncoded(segment: string): string {
  const first = segment.charCodeAt(0);
  return Number.isNaN(first) ? segment : `%${first.toString(16)}${segment.slice(1)}`;
}

function bodyOf(route: RestRoute, random: () => number): Payload | null {
  if (route.rawBody !== undefined) return random() < 0.1 ? '{}' : { repeat: '\u0000', times: 64 };
  if (route.body === undefined) return random() < 0.1 ? '{"unexpected":true}' : null;
  const valid = treeOf(sampleOf(route.body, random));
  const changed = random() < 0.15 ? valid : mutateTree(valid, random);
  const document = treePayload(changed);
  return random() < 0.1 ? mutateDocument(document, random) : document;
}

function oddHeaders(random: () => number): RestCase['headers'] {
  return pick<NonNullable<RestCase['headers']>>(
    [
      [['content-type', 'text/plain']],
      [['content-type', 'application/json; charset=utf-16']],
      [['content-type', { repeat: 'a', times: 8_000 }]],
      [['content-encoding', 'gzip']],
      [['accept', { repeat: 'text/html;q=0.1,', times: 500 }]],
      [['idempotency-key', { repeat: 'k', times: between(254, 256, random) }]],
      [['idempotency-key', bytesOf(0xff)]],
      [['last-event-id', '99999999999999999999']],
      [['x-forwarded-for', { repeat: '1.1.1.1,', times: 1_000 }]],
      [['range', 'bytes=0-0,-1']],
      [['expect', '100-continue']],
    ],
    random,
  );
}

/** Tokens with claims that no library would sign, put together by hand. */
export function tokenInput(random: () => number): TokenSpec {
  const claim = (): Payload =>
    random() < 0.5
      ? pick(['null', '[]', '-1', '1e999', '"x"', '{}'], random)
      : hostileValue(random);
  const fields: Payload[] = [];
  for (const name of ['sub', 'role', 'exp', 'nbf', 'iat', 'iss', 'aud', 'crit'])
    if (random() < 0.6)
      fields.push(join([`"${name}":`, random() < 0.5 ? validClaim(name) : claim()]));
  return {
    header: pick(
      [
        '{"alg":"HS256","typ":"JWT"}',
        '{"alg":"none"}',
        '{"alg":"HS512"}',
        '{"alg":"HS256","crit":["exp"],"exp":1}',
        '{"alg":"HS256","kid":"../../../dev/null"}',
        '{"alg":["HS256"]}',
        '[]',
        '',
      ],
      random,
    ),
    claims: join([
      '{',
      ...fields.flatMap((field, index) => (index === 0 ? [field] : [',', field])),
      '}',
    ]),
    signature: pick(['valid', 'valid', 'valid', 'wrong', 'none'], random),
  };
}

function validClaim(name: string): string {
  switch (name) {
    case 'sub':
      return '"{{user}}"';
    case 'role':
      return '"user"';
    case 'exp':
      return '4102444800';
    default:
      return '0';
  }
}
