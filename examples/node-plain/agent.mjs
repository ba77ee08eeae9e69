// An agent on Node alone: checks the signature, reads the conversation, streams server-sent events.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** `whsec_...`, shown when the agent is registered. Without it every call is answered: for your own machine. */
const secret = process.env.WEBHOOK_SECRET;

/** Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, not more than five minutes from now. */
function isSigned(headers, body) {
  const seconds = Number(headers['webhook-timestamp']);
  if (!(Math.abs(Date.now() / 1000 - seconds) <= 300)) return false;
  const expected = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    .digest();
  // While the secret is being rotated there are several, apart by a space.
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

async function answer(request, response) {
  if (request.method !== 'POST') return response.writeHead(405, { allow: 'POST' }).end();
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces).toString('utf8');
  if (secret && !isSigned(request.headers, body))
    return response.writeHead(401).end('not signed\n');

  let call;
  try {
    call = JSON.parse(body);
  } catch {
    return response.writeHead(400).end('not JSON\n');
  }
  const question = call.messages.findLast(({ role }) => role === 'user');
  const text = question.parts.map((part) => part.text ?? '').join('');

  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (chunk) => response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  send({ type: 'text-start', id: '1' });
  for (const delta of `You said: ${text}`.match(/\S+\s*/g)) {
    // The caller has gone (the user pressed stop): do no more work.
    if (response.destroyed) return;
    send({ type: 'text-delta', id: '1', delta });
    await wait(10);
  }
  send({ type: 'text-end', id: '1' });
  send({ type: 'finish' });
  response.end('data: [DONE]\n\n');
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});
server.listen(Number(process.env.PORT ?? 4302), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/`);
});
