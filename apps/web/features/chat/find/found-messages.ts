import { type Message, partsOf, type Row, textOfParts } from '@fleetlm/client';

/** Shorter texts are in nearly every message. */
export const FIND_LENGTH_MIN = 2;

/** Committed messages do not change: each is made small letters once. */
const words = new WeakMap<Message, string>();

/** The seqs of the messages that hold a text, small or capital letters alike, oldest first. */
export function foundSeqs(rows: readonly Row[], text: string): readonly number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted.length < FIND_LENGTH_MIN) return [];
  return rows.flatMap((row) =>
    row.type === 'message' && wordsOf(row.message).includes(wanted) ? [row.message.seq] : [],
  );
}

/** The one to go to from `seq`: the next older or newer, and round again at either end; null when there is none. */
export function neighbour(
  seqs: readonly number[],
  seq: number | null,
  direction: 'older' | 'newer',
): number | null {
  if (seq === null) return seqs.at(-1) ?? null;
  return direction === 'older'
    ? (seqs.findLast((other) => other < seq) ?? seqs.at(-1) ?? null)
    : (seqs.find((other) => other > seq) ?? seqs[0] ?? null);
}

/** Where a text stands in another, without overlaps. */
export function placesOf(text: string, wanted: string): readonly number[] {
  if (wanted === '') return [];
  const places: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length))
    places.push(at);
  return places;
}

function wordsOf(message: Message): string {
  const known = words.get(message);
  if (known !== undefined) return known;
  const made = textOfParts(partsOf(message)).toLowerCase();
  words.set(message, made);
  return made;
}
