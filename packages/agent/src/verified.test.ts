import { expect, test } from 'vitest';
import { signWebhook } from './sign.ts';
import { SECRET } from './testing/agent-server.ts';
import { verified } from './verified.ts';

const echo = async (request: Request): Promise<Response> =>
  new Response(JSON.stringify(await request.json()), { status: 201 });

function post(body: string, headers: Readonly<Record<string, string>>): Request {
  return new Request('http://agent/', { method: 'POST', body, headers });
}

test('a signed call reaches the handler as it came, any other does not', async () => {
  const handler = verified(SECRET, echo);
  const body = '{ "text" : "Grüße" }';
  const answered = await handler(post(body, signWebhook({ secret: SECRET, id: 's:1', body })));
  expect([answered.status, await answered.json()]).toEqual([201, { text: 'Grüße' }]);
  const refused = await handler(post(body, {}));
  expect([refused.status, await refused.text()]).toEqual([
    401,
    'the header webhook-id is missing\n',
  ]);
});

test('a handler without a secret says so at once, unless it wants none', async () => {
  expect(() => verified(undefined, echo)).toThrow('no webhook secret');
  expect((await verified(null, echo)(post('{}', {}))).status).toBe(201);
});
