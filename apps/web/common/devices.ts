import * as z from 'zod/mini';

/** Where a user is signed in. Never its token, which is enough to be signed in. */
export const deviceSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  address: z.nullable(z.string()),
  signed_in_at: z.string(),
  is_current: z.boolean(),
});
export type Device = z.output<typeof deviceSchema>;
