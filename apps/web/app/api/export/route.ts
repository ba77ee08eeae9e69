import * as z from 'zod';
import { ownExport } from '@/server/cluster/export.ts';
import { userToken } from '@/server/cluster/user-request.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';

const querySchema = z.strictObject({ format: z.enum(['json', 'html']) });

/** Everything of the signed-in person. */
export const GET = userRoute(async ({ person, query }) =>
  ownExport(query(querySchema).format, await userToken(person)),
);
