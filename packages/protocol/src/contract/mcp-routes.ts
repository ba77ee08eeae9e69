import { jsonRpcAnswerSchema, jsonRpcSchema } from '../sessions/mcp.ts';
import { route } from './route.ts';

const NO_STREAM = {
  path: '/mcp',
  topic: 'Other protocols',
  access: 'user',
  owner: 'chat',
  answers: [{ status: 405, description: 'there is no stream, and no MCP session' }],
  errors: ['method_not_allowed'],
} as const;

/** The Model Context Protocol, as streamable HTTP without sessions. */
export const MCP_ROUTES = {
  callMcp: route({
    method: 'POST',
    path: '/mcp',
    topic: 'Other protocols',
    summary:
      'One message to the MCP server: its tools list, read and search the caller’s conversations, and post messages.',
    access: 'user',
    owner: 'chat',
    body: jsonRpcSchema,
    answers: [
      { status: 200, description: 'the answer', body: jsonRpcAnswerSchema },
      { status: 202, description: 'a notification was taken' },
    ],
    errors: [],
  }),
  openMcpStream: route({
    ...NO_STREAM,
    method: 'GET',
    summary: 'MCP clients ask for a stream of messages of the server’s own: there is none.',
  }),
  endMcpSession: route({
    ...NO_STREAM,
    method: 'DELETE',
    summary: 'MCP clients end their session: there is none.',
  }),
} as const;
