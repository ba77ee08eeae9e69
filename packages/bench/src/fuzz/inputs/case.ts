import * as z from 'zod';
import { payloadSchema } from './payload.ts';

/** Who sends: the case's own user, the API key, no token, or a token made for the case. */
export const SENDERS = ['user', 'operator', 'nobody'] as const;

/** Bytes that are written, after a pause, so many times over. */
export const pieceSchema = z.strictObject({
  payload: payloadSchema,
  after_ms: z.int().min(0).max(60_000).optional(),
  times: z.int().min(1).max(200_000).optional(),
});
export type Piece = z.output<typeof pieceSchema>;

const common = { name: z.string().min(1).max(120) };
/** The statuses of HTTP that an answer may have, where the case says so. */
const expectedStatus = z.array(z.int()).optional();

/** A JWT put together by hand. */
const tokenSchema = z.strictObject({
  header: payloadSchema,
  claims: payloadSchema,
  signature: z.enum(['valid', 'wrong', 'none']),
});
export type TokenSpec = z.output<typeof tokenSchema>;

const restCaseSchema = z.strictObject({
  ...common,
  edge: z.literal('rest'),
  method: z.string(),
  target: payloadSchema,
  /** The route of the contract that an answer of 2xx is held against. */
  route: z.string().nullable(),
  sender: z.enum(SENDERS),
  token: tokenSchema.optional(),
  headers: z.array(z.tuple([z.string(), payloadSchema])).optional(),
  body: payloadSchema.nullable(),
  expect_status: expectedStatus,
  /** The same request so many times at once. */
  at_once: z.int().min(1).max(64).optional(),
});
export type RestCase = z.output<typeof restCaseSchema>;

const rawCaseSchema = z.strictObject({
  ...common,
  /** Bytes to the public port, or to the port between nodes. */
  edge: z.enum(['http', 'mesh']),
  pieces: z.array(pieceSchema),
  expect_status: expectedStatus,
  connections: z.int().min(1).max(256).optional(),
  /** How long the connections stay open after the last piece, unless the node closes them. */
  hold_ms: z.int().min(0).max(60_000).optional(),
});
export type RawCase = z.output<typeof rawCaseSchema>;

const frameSchema = pieceSchema.extend({
  /** Of RFC 6455; null: the bytes are no frame of their own. */
  opcode: z.int().min(0).max(15).nullable(),
  fin: z.boolean().optional(),
});
export type Frame = z.output<typeof frameSchema>;

const socketCaseSchema = z.strictObject({
  ...common,
  edge: z.literal('socket'),
  frames: z.array(frameSchema),
  hold_ms: z.int().min(0).max(60_000).optional(),
});
export type SocketCase = z.output<typeof socketCaseSchema>;

export const AGENT_KINDS = ['queue', 'interrupt', 'merge', 'reject'] as const;

const webhookCaseSchema = z.strictObject({
  ...common,
  edge: z.literal('webhook'),
  agent: z.enum(AGENT_KINDS),
  /** Raw bytes of the answer, the head of HTTP included. */
  answer: z.array(pieceSchema),
  ending: z.enum(['end', 'hang', 'reset']),
  /** Calls that are answered so; later ones are answered well. */
  calls: z.int().min(1).max(1_000).optional(),
  /** How the stored reply has to have ended; "no reply" when none may be stored. */
  expect_termination: z.string().optional(),
  /** What the user does meanwhile. */
  meanwhile: z
    .array(
      z.strictObject({
        after_ms: z.int().min(0).max(60_000),
        act: z.enum(['send', 'stop', 'watch']),
      }),
    )
    .optional(),
});
export type WebhookCase = z.output<typeof webhookCaseSchema>;

export const fuzzCaseSchema = z.union([
  restCaseSchema,
  rawCaseSchema,
  socketCaseSchema,
  webhookCaseSchema,
]);
export type FuzzCase = z.output<typeof fuzzCaseSchema>;
export const EDGES = ['rest', 'http', 'mesh', 'socket', 'webhook'] as const;
export type Edge = (typeof EDGES)[number];
