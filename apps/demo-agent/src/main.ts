import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  AgentCallError,
  newestUserText,
  parseCall,
  readBody,
  streamAnswer,
  verifyWebhook,
  WebhookVerificationError,
} from '@fleetlm/agent';
import { afterDecision, decidedParts } from './mail.ts';
import { reply } from './reply.ts';

const port = Number(process.env.PORT ?? 4200);
/** In a container it has to be reached from others: HOST=0.0.0.0. */
const host = process.env.HOST ?? '127.0.0.1';
/** Set it to the secret that the registration showed, and only signed calls are answered. */
const secret = process.env.WEBHOOK_SECRET;

if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write(
    `PORT should be a port number, for example 4200; it is "${process.env.PORT}"\n`,
  );
  process.exit(78);
}

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    if (response.headersSent) response.destroy();
    else answerError(response, error);
  });
});

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET' && request.url === '/health') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
    return;
  }
  if (request.method !== 'POST' || request.url !== '/webhook') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('POST /webhook is the agent\n');
    return;
  }
  const body = await readBody(request);
  if (secret !== undefined) verifyWebhook({ secret, headers: request.headers, body });
  const call = parseCall(body);
  const text = newestUserText(call) ?? '';
  if (/^\s*fail\b/i.test(text)) {
    response.writeHead(503, { 'content-type': 'text/plain' }).end('I was asked to fail\n');
    return;
  }
  const decided = decidedParts(call);
  await streamAnswer(response, (answer, signal) =>
    decided.length > 0 ? afterDecision(answer, decided, signal) : reply(answer, text, signal),
  );
}

function answerError(response: ServerResponse, error: unknown): void {
  const status =
    error instanceof WebhookVerificationError ? 401 : error instanceof AgentCallError ? 400 : 500;
  const detail = error instanceof Error ? error.message : String(error);
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${detail}\n`);
}

server.on('error', (error: NodeJS.ErrnoException) => {
  const detail =
    error.code === 'EADDRINUSE' ? `port ${port} is in use; set PORT to another one` : error.message;
  process.stderr.write(`The demo agent can't listen: ${detail}\n`);
  process.exit(78);
});
server.listen(port, host, () => {
  process.stdout.write(`The demo agent listens on http://${host}:${port}/webhook\n`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
