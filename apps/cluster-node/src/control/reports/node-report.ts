import { CLUSTER_EVENT_KINDS, longestTurnSchema } from '@fleetlm/protocol';
import { Packr } from 'msgpackr';
import * as z from 'zod';
import type { ClusterEvent } from './cluster-view.ts';

/** What every node reports to the others about itself: once a second, and sooner while its replicas change. Events go at once. */
const count = z.int().min(0);

const groupReportSchema = z.strictObject({
  group: count,
  role: z.enum(['leader', 'follower', 'candidate', 'learner']),
  term: count,
  /** Node number; 0: none is known. */
  leader: count,
  lastIndex: count,
  commit: count,
  applied: count,
  voters: z.array(count),
  learners: z.array(count),
  /** Not empty: a joint configuration. */
  votersOutgoing: z.array(count),
  /** Of the leader only: replicas that have all but what is on its way. */
  caughtUp: z.array(count),
  /** The replica here was up to date once, since it was opened. */
  isServing: z.boolean(),
  /** The entry that the replica here can't apply; null: none. */
  stall: z.strictObject({ index: count, reason: z.enum(['unsupported', 'exception']) }).nullable(),
  /** Of the leader only. */
  lag: count.nullable(),
  flushBacklog: count.nullable(),
});
export type GroupReport = z.output<typeof groupReportSchema>;

const reportSchema = z.strictObject({
  nodeId: z.string(),
  atMs: z.number(),
  version: z.string(),
  uptimeMs: z.number(),
  rssBytes: count,
  eventLoopDelayP99Ms: z.number(),
  longestTurn: longestTurnSchema.nullable(),
  eventLoopBlocks: count,
  walSyncP99Ms: z.number().nullable(),
  databaseUp: z.boolean(),
  groups: z.array(groupReportSchema),
  system: groupReportSchema,
});
export type NodeReport = z.output<typeof reportSchema>;

const eventSchema: z.ZodType<ClusterEvent> = z.strictObject({
  atMs: z.number(),
  nodeId: z.string(),
  kind: z.enum(CLUSTER_EVENT_KINDS),
  group: count.nullable(),
  detail: z.string(),
});

const packr = new Packr({ useRecords: false });

export function encodeReport(report: NodeReport): Uint8Array {
  return packr.pack(report);
}

/** Null: not understood. */
export function decodeReport(frame: Uint8Array): NodeReport | null {
  return decode(frame, reportSchema);
}

export function encodeEvent(event: ClusterEvent): Uint8Array {
  return packr.pack(event);
}

/** Null: not understood. */
export function decodeEvent(frame: Uint8Array): ClusterEvent | null {
  return decode(frame, eventSchema);
}

function decode<T>(frame: Uint8Array, schema: z.ZodType<T>): T | null {
  let value: unknown;
  try {
    value = packr.unpack(frame);
  } catch {
    // Not MessagePack: the same answer as for any other shape.
    return null;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : null;
}
