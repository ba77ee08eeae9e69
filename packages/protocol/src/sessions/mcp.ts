import * as z from 'zod';

const version = z.literal('2.0');

/** A message of JSON-RPC; what it says is the MCP server's to check. */
export const jsonRpcSchema = z.looseObject({
  jsonrpc: version,
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
});

export const jsonRpcAnswerSchema = z.looseObject({ jsonrpc: version });
