import * as z from 'zod';

/** Users whose data is, or was, on legal hold. */
export const LEGAL_HOLDS_MAX = 2_000;

const fields = { userId: z.string().min(1), by: z.string() };

export const legalHoldSchema = z.strictObject({
  userId: z.string().min(1),
  reason: z.string(),
  placedBy: z.string(),
  placedAtMs: z.int(),
  /** Null: it is in force. */
  liftedBy: z.string().nullable(),
  liftedAtMs: z.int().nullable(),
});
/** Nothing of this user is erased while it is in force; a lifted one is kept as a record. */
export type LegalHold = Readonly<z.output<typeof legalHoldSchema>>;

export const holdFields = {
  ...fields,
  /** Null: it is lifted. */
  reason: z.string().nullable(),
};
export const holdCommandSchema = z.strictObject({
  type: z.literal('change-hold'),
  ...holdFields,
  timeMs: z.int(),
});
export type HoldCommand = Readonly<z.output<typeof holdCommandSchema>>;

/** False: there are too many. The same again changes nothing. */
export function changeHold(
  holds: LegalHold[],
  { userId, reason, by, timeMs }: HoldCommand,
): boolean {
  const at = holds.findIndex((hold) => hold.userId === userId && hold.liftedAtMs === null);
  const inForce = holds[at];
  if (reason === null) {
    if (inForce !== undefined) holds[at] = { ...inForce, liftedBy: by, liftedAtMs: timeMs };
    return true;
  }
  if (inForce !== undefined) {
    holds[at] = { ...inForce, reason };
    return true;
  }
  if (holds.length >= LEGAL_HOLDS_MAX) {
    const lifted = holds.findIndex(({ liftedAtMs }) => liftedAtMs !== null);
    if (lifted < 0) return false;
    holds.splice(lifted, 1);
  }
  holds.push({
    userId,
    reason,
    placedBy: by,
    placedAtMs: timeMs,
    liftedBy: null,
    liftedAtMs: null,
  });
  return true;
}

export function isHeld(holds: readonly LegalHold[], userId: string): boolean {
  return holds.some((hold) => hold.userId === userId && hold.liftedAtMs === null);
}
