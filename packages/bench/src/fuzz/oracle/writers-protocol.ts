import * as z from 'zod';

/** What the thread of the writers is asked for, one after the other; each is answered once. */
export const writersRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    ratePerSecond: z.number(),
    users: z.array(
      z.strictObject({
        userId: z.string(),
        sessionId: z.string(),
        target: z.string(),
        token: z.string(),
        bytes: z.int(),
      }),
    ),
  }),
  /** The latencies up to now are forgotten. */
  z.strictObject({ type: z.literal('measure') }),
  z.strictObject({ type: z.literal('p99') }),
  z.strictObject({ type: z.literal('stop') }),
]);
export type WritersRequest = z.output<typeof writersRequestSchema>;

const writtenSchema = z.strictObject({
  sessionId: z.string(),
  acked: z.array(z.strictObject({ text: z.string(), seq: z.int(), id: z.string() })),
  refused: z.int(),
});
/** What was acknowledged to a writer. */
export type Written = z.output<typeof writtenSchema>;

export const writersAnswerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('done') }),
  z.strictObject({ type: z.literal('p99'), milliseconds: z.number() }),
  z.strictObject({ type: z.literal('stopped'), written: z.array(writtenSchema) }),
  z.strictObject({ type: z.literal('failed'), detail: z.string() }),
]);
export type WritersAnswer = z.output<typeof writersAnswerSchema>;
