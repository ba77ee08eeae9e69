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

/** How long the loop stood still by its own doing: a machine that is busy otherwise is no fault of the node. */
export function blockMs({ fromMs, untilMs, starvedMs }: Sample): number {
  return Math.max(0, untilMs - fromMs - starvedMs);
}
