import * as z from 'zod';

export const probedNodesSchema = z.array(
  z.strictObject({ id: z.string(), url: z.string(), pid: z.int() }),
);
export type ProbedNode = z.output<typeof probedNodesSchema>[number];

/** One look at a node's event loop from outside. */
export const sampleSchema = z.strictObject({
  node: z.string(),
  /** Unix milliseconds. */
  fromMs: z.number(),
  untilMs: z.number(),
  /** Of the node's main thread meanwhile: on a processor, and waiting for one (that of the probe included). */
  cpuMs: z.number(),
  starvedMs: z.number(),
});
export type Sample = z.output<typeof sampleSchema>;

/** A turn of the loop may take so long. */
export const LOOP_BLOCK_MS_MAX = 500;

/**
 * How long the loop was blocked by its own doing: a machine that is busy otherwise is no fault of the node. Time that
 * is neither the thread's own nor a wait for a processor is the machine's as well (paging, a hypervisor).
 */
export function blockMs({ fromMs, untilMs, cpuMs, starvedMs }: Sample): number {
  const ownMs = Math.max(0, untilMs - fromMs - starvedMs);
  return cpuMs === 0 ? ownMs : Math.min(ownMs, cpuMs);
}
