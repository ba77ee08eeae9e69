import * as z from 'zod';

/** Decisions that the system group keeps; more are refused. */
export const SKIPPED_ENTRIES_MAX = 1_000;

const fields = {
  group: z.int().min(0),
  index: z.int().min(1),
  term: z.int().min(0),
  /** SHA-256 of the entry, in hexadecimal digits. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** Who decided: a user, or `api-key`. */
  by: z.string(),
};

export const skippedEntrySchema = z.strictObject({ ...fields, atMs: z.int() });
/** An entry that no replica applies, because an operator took it out. */
export type SkippedEntry = Readonly<z.output<typeof skippedEntrySchema>>;

export const skipFields = fields;
export const skipCommandSchema = z.strictObject({
  type: z.literal('skip-entry'),
  ...fields,
  timeMs: z.int(),
});
export type SkipCommand = Readonly<z.output<typeof skipCommandSchema>>;

/** False: there are too many. The same decision again changes nothing. */
export function addSkippedEntry(
  skipped: SkippedEntry[],
  { group, index, term, digest, by, timeMs }: SkipCommand,
): boolean {
  const isKnown = skipped.some(
    (known) => known.group === group && known.index === index && known.term === term,
  );
  if (isKnown) return true;
  if (skipped.length >= SKIPPED_ENTRIES_MAX) return false;
  skipped.push({ group, index, term, digest, by, atMs: timeMs });
  return true;
}
