import { invalidField } from '@fleetlm/protocol';
import { isObject } from '@fleetlm/protocol/ui-stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Runtime } from '../../runtime/runtime-api.ts';
import { reportHandlerError } from '../../telemetry/guarded.ts';
import { RequestError } from '../request-error.ts';
import type { Handlers } from '../rest/rest-call.ts';
import { TOOLS, type ToolPorts } from './mcp-tools.ts';

/** What clients are given as the name of the server. */
const SERVER = { name: 'fleetlm', version: '1' } as const;

/** Conversations as tools of the Model Context Protocol. Each request has a server of its own: nothing is kept between two. */
export function mcpHandlers(runtime: Runtime) {
  return {
    callMcp: async ({ request, identity, body, refuse }) => {
      const response = await answerOf({ runtime, identity }, request, body);
      if (response.status === 202) return { status: 202, body: null };
      const answer: unknown = await response.json();
      if (isObject(answer) && response.status === 200)
        return { status: 200, body: { ...answer, jsonrpc: '2.0' } };
      const { error } = isObject(answer) ? answer : {};
      const detail = isObject(error) && typeof error.message === 'string' ? error.message : '';
      throw refuse(invalidField('', detail === '' ? 'is no message of MCP' : detail, detail));
    },
    openMcpStream: ({ reply }) => onlyPost(reply),
    endMcpSession: ({ reply }) => onlyPost(reply),
  } satisfies Partial<Handlers>;
}

/** Clients take 405 for a server that has no stream and no session. */
function onlyPost(reply: FastifyReply): never {
  reply.header('allow', 'POST');
  throw new RequestError('method_not_allowed', 'only POST is served here');
}

/** The SDK is loaded with the first call: a node that serves none does not pay for it. */
async function answerOf(
  ports: ToolPorts,
  { method, headers }: FastifyRequest,
  body: unknown,
): Promise<Response> {
  const [{ McpServer }, { WebStandardStreamableHTTPServerTransport }] = await Promise.all([
    import('@modelcontextprotocol/sdk/server/mcp.js'),
    import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
  ]);
  const server = new McpServer(SERVER);
  for (const [name, tool] of Object.entries(TOOLS)) {
    const { title, description, input: inputSchema, isReadOnly } = tool;
    const annotations = { readOnlyHint: isReadOnly, openWorldHint: false };
    server.registerTool(name, { title, description, inputSchema, annotations }, async (input) =>
      outcomeOf(() => tool.run(ports, input)),
    );
  }
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    const sent = new Headers();
    for (const name of ['accept', 'content-type', 'mcp-protocol-version']) {
      const value = headers[name];
      if (typeof value === 'string') sent.set(name, value);
    }
    // The address means nothing to the transport; the body was parsed within its bounds.
    const request = new Request('http://mcp.invalid/mcp', { method, headers: sent });
    return await transport.handleRequest(request, { parsedBody: body });
  } finally {
    await server.close();
  }
}

interface ToolOutcome {
  readonly [name: string]: unknown;
  readonly content: { readonly type: 'text'; readonly text: string }[];
  readonly isError?: boolean;
}

/** What is refused is said to the model, which can do better; what is broken here is not described. */
async function outcomeOf(run: () => Promise<object>): Promise<ToolOutcome> {
  try {
    return { content: [{ type: 'text', text: JSON.stringify(await run()) }] };
  } catch (error) {
    if (!(error instanceof RequestError)) reportHandlerError('rest', error, { route: '/mcp' });
    const text = error instanceof RequestError ? error.failure.detail : 'something went wrong here';
    return { content: [{ type: 'text', text }], isError: true };
  }
}
