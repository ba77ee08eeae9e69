import * as z from 'zod';
import { payloadSchema } from './payload.ts';

/** Who sends: the case's own user, the API key, no token, or a token made for the case. */
export const SENDERS = ['user', 'operator', 'anonymous'] as const;

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

export const PEER_CHANNELS = [
  'handshake',
  'ping',
  'raft',
  'request',
  'response',
  'publish',
  'snapshot',
  'founding',
] as const;

const peerFrameSchema = pieceSchema.extend({
  /** Null: the bytes are no frame of their own. */
  channel: z.enum(PEER_CHANNELS).nullable(),
  /** The length that the header says; the payload's own when left out. */
  announced: z.int().min(0).max(4_294_967_295).optional(),
  /** The payload is not what its checksum says. */
  damaged: z.boolean().optional(),
  /** The payload is put behind the kind and the checksum of a frame between Raft hosts. */
  raft_kind: z.int().min(0).max(255).optional(),
});
export type PeerFrame = z.output<typeof peerFrameSchema>;

/** A holder of the cluster's secret: a whole handshake comes before the frames. */
const peerCaseSchema = z.strictObject({
  ...common,
  edge: z.literal('peer'),
  /** It presents itself with the id of the cluster, or as one that knows none yet. */
  knows_cluster: z.boolean(),
  frames: z.array(peerFrameSchema),
  connections: z.int().min(1).max(64).optional(),
  hold_ms: z.int().min(0).max(60_000).optional(),
});
export type PeerCase = z.output<typeof peerCaseSchema>;

/** A session that is filled with large messages and then read in every way. */
const pagesCaseSchema = z.strictObject({
  ...common,
  edge: z.literal('pages'),
  messages: z.int().min(1).max(200),
  /** Of the text of each. */
  text_bytes: z.int().min(1).max(260_000),
});
export type PagesCase = z.output<typeof pagesCaseSchema>;

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
  peerCaseSchema,
  pagesCaseSchema,
]);
export type FuzzCase = z.output<typeof fuzzCaseSchema>;
export const EDGES = ['rest', 'http', 'mesh', 'peer', 'socket', 'webhook', 'pages'] as const;
export type Edge = (typeof EDGES)[number];
