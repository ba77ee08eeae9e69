'use server';

import { contextOverridesSchema, parse, sessionIdSchema, summarizeSchema } from '@fleetlm/protocol';
import * as z from 'zod';
import { setContext, summarizeContext } from '@/server/cluster/contexts.ts';
import { ownerAction, refused } from '@/server/guards/guarded-action.ts';
import { invalidRequest } from '@/server/guards/problem-response.ts';

/** Fields as they were typed; which of them is wrong is said by name. */
const fieldsArguments = z.tuple([sessionIdSchema, z.unknown()]);

export const saveOverrides = ownerAction(fieldsArguments, async (_person, id, fields) => {
  const parsed = parse(contextOverridesSchema, fields);
  if (!parsed.ok) return refused(invalidRequest(parsed));
  return setContext(id, parsed.value);
});

export const putSummary = ownerAction(fieldsArguments, async (_person, id, fields) => {
  const parsed = parse(summarizeSchema, fields);
  if (!parsed.ok) return refused(invalidRequest(parsed));
  return summarizeContext(id, parsed.value);
});
