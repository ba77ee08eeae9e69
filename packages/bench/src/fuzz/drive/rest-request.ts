import { createHmac } from 'node:crypto';
import type { Piece, RestCase, TokenSpec } from '../inputs/case.ts';
import { type Payload, payloadBytes, type Variables } from '../inputs/payload.ts';

/** The bytes of a request, with the length that its body really has. */
export function restRequest(
  one: RestCase,
  variables: Variables,
  jwtSecret: string,
): readonly Piece[] {
  const body = one.body === null ? null : payloadBytes(one.body, variables);
  const given = one.headers ?? [];
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const headers: (readonly [string, Payload])[] = [
    ['host', '{{host}}'],
    ['connection', 'close'],
    ...given,
  ];
  const token = bearer(one, variables, jwtSecret);
  if (token !== null)
    headers.push(['authorization', { concat: ['Bearer ', { base64: token.toString('base64') }] }]);
  if (body !== null && !names.has('content-type'))
    headers.push(['content-type', 'application/json']);
  if (body !== null) headers.push(['content-length', String(body.length)]);
  const head: Payload = {
    concat: [
      `${one.method} `,
      one.target,
      ' HTTP/1.1\r\n',
      ...headers.flatMap(([name, value]): Payload[] => [`${name}: `, value, '\r\n']),
      '\r\n',
    ],
  };
  const pieces: Piece[] = [{ payload: head }];
  if (body !== null) pieces.push({ payload: { base64: body.toString('base64') } });
  return pieces;
}

function bearer(one: RestCase, variables: Variables, jwtSecret: string): Buffer | null {
  if (one.token !== undefined) return signToken(one.token, variables, jwtSecret);
  switch (one.sender) {
    case 'user':
      return payloadBytes('{{user_token}}', variables);
    case 'operator':
      return payloadBytes('{{api_key}}', variables);
    case 'anonymous':
      return null;
    default:
      return one.sender satisfies never;
  }
}

/** Header and claims as they are, valid JSON or not, with an HMAC of SHA-256 over them. */
export function signToken(token: TokenSpec, variables: Variables, jwtSecret: string): Buffer {
  const part = (payload: Payload): string => payloadBytes(payload, variables).toString('base64url');
  const signed = `${part(token.header)}.${part(token.claims)}`;
  const secret = token.signature === 'valid' ? jwtSecret : 'another secret of another cluster';
  const signature =
    token.signature === 'none'
      ? ''
      : createHmac('sha256', secret).update(signed).digest('base64url');
  return Buffer.from(`${signed}.${signature}`);
}
