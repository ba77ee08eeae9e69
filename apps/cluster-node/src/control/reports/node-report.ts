import { CLUSTER_EVENT_KINDS, LOOP_COMPONENTS } from '@fleetlm/protocol';
import { Packr } from 'msgpackr';
import * as z from 'zod';
import type { ClusterEvent } from './cluster-view.ts';

/*
 * What every node reports to the others about itself: once a second, and sooner while its replicas change. Events go at
 * once. Nodes of two releases read each other's, so reports carry no version: fields that are not known are ignored, and a
 * word that is not known stands for none of those that are. A field is never taken away and never changes its meaning; one
 * that is added is optional to readers. `reports-1.json` has what must stay readable.
 */
const count = z.int().min(0);

/** One of a closed set that may grow: a word of a later version is read as `otherwise`. */
function oneOf<const W extends string, const O extends string>(words: readonly W[], otherwise: O) {
  return z.string().transform((text) => words.find((word) => word === text) ?? otherwise);
}

const groupReportSchema = z.object({
  group: count,
  role: oneOf(['leader', 'follower', 'candidate', 'learner'], 'unknown'),
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
  stall: z
    .object({ index: count, reason: oneOf(['unsupported', 'exception'], 'unknown') })
    .nullable(),
  /** Of the leader only. */
  lag: count.nullable(),
  flushBacklog: count.nullable(),
});
export type GroupReport = z.output<typeof groupReportSchema>;

const reportSchema = z.object({
  nodeId: z.string(),
  atMs: z.number(),
  version: z.string(),
  uptimeMs: z.number(),
  rssBytes: count,
  eventLoopDelayP99Ms: z.number(),
  longestTurn: z
    .object({ component: oneOf(LOOP_COMPONENTS, 'other'), ms: z.number().min(0) })
    .nullable(),
  eventLoopBlocks: count,
  walSyncP99Ms: z.number().nullable(),
  databaseUp: z.boolean(),
  groups: z.array(groupReportSchema),
  system: groupReportSchema,
});
export type NodeReport = z.output<typeof reportSchema>;

const eventSchema = z.object({
  atMs: z.number(),
  nodeId: z.string(),
  kind: oneOf(CLUSTER_EVENT_KINDS, 'unknown'),
  group: count.nullable(),
  detail: z.string(),
});

const packr = new Packr({ useRecords: false });

export function encodeReport(report: NodeReport): Uint8Array {
  return packr.pack(report);
}

/** Null: malformed. */
export function decodeReport(frame: Uint8Array): NodeReport | null {
  return decode(frame, reportSchema);
}

export function encodeEvent(event: ClusterEvent): Uint8Array {
  return packr.pack(event);
}

/** `later`: of a kind that came with a later version. Null: malformed. */
export function decodeEvent(frame: Uint8Array): ClusterEvent | 'later' | null {
  const event = decode(frame, eventSchema);
  if (event === null) return null;
  const { kind, ...rest } = event;
  return kind === 'unknown' ? 'later' : { ...rest, kind };
}

function decode<S extends z.ZodType>(frame: Uint8Array, schema: S): z.output<S> | null {
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
