'use server';

import { placeHoldSchema, userIdSchema } from '@fleetlm/protocol';
import { revalidatePath } from 'next/cache';
import * as z from 'zod';
import { changeHold, eraseUser } from '@/server/cluster/privacy.ts';
import { adminAction } from '@/server/guards/guarded-action.ts';

export const startErasure = adminAction(z.tuple([userIdSchema]), async (person, userId) => {
  const begun = await eraseUser(person, userId);
  if (begun.ok) revalidatePath('/admin/privacy');
  return begun;
});

/** `reason` null: lifts the hold. */
export const setHold = adminAction(
  z.tuple([userIdSchema, placeHoldSchema.shape.reason.nullable()]),
  async (person, userId, reason) => {
    const changed = await changeHold(person, userId, reason);
    if (changed.ok) revalidatePath('/admin/privacy');
    return changed;
  },
);
