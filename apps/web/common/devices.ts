import * as z from 'zod/mini';

/** Where somebody is signed in. Never its token: whoever has that is signed in. */
export const deviceSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  address: z.nullable(z.string()),
  signed_in_at: z.string(),
  is_current: z.boolean(),
});
export type Device = z.output<typeof deviceSchema>;
