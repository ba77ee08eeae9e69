import * as z from 'zod';
import { BLOB_ID_PATTERN } from './blob-url.ts';
import {
  AGENT_ID_LENGTH_MAX,
  CLIENT_MESSAGE_ID_LENGTH_MAX,
  KIND_LENGTH_MAX,
  SEQ_MAX,
  USER_ID_LENGTH_MAX,
} from './limits.ts';
import { SESSION_ID_PATTERN } from './session-id.ts';

/** No control, format, unassigned or private characters, no half surrogates, no line separators. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

/** A string of 1 to `lengthMax` printable characters. */
export function printable(lengthMax: number) {
  return z
    .string()
    .min(1, 'must not be empty')
    .max(lengthMax, `must have at most ${lengthMax} characters`)
    .regex(PRINTABLE, 'must consist of printable characters');
}

/** As PRINTABLE, with joiners: families are emoji joined by U+200D, and Persian words have U+200C. */
const NAME = /^(?:[^\p{C}\p{Zl}\p{Zp}]|[\u200C\u200D])+$/u;
const JOINER = /^[\u200C\u200D]$/u;
const JOINED = /^[\p{L}\p{M}\p{Emoji}]$/u;
const JOINED_TO = /^[\p{L}\p{Extended_Pictographic}]$/u;

/** A joiner that joins nothing is invisible, and makes two names that look alike. */
function joinersJoin(name: string): boolean {
  const characters = [...name];
  return characters.every(
    (character, at) =>
      !JOINER.test(character) ||
      (JOINED.test(characters[at - 1] ?? '') && JOINED_TO.test(characters[at + 1] ?? '')),
  );
}

/** A name to show: 1 to `lengthMax` characters that can be seen. */
export function displayName(lengthMax: number) {
  return z
    .string()
    .min(1, 'must not be empty')
    .max(lengthMax, `must have at most ${lengthMax} characters`)
    .regex(NAME, 'must consist of printable characters')
    .refine(joinersJoin, 'must consist of printable characters');
}

/** The id of a session: the group in two hexadecimal digits, and a ULID. */
export const sessionIdSchema = z
  .string()
  .regex(SESSION_ID_PATTERN, 'must be a session id: two hexadecimal digits, a hyphen, a ULID');

/** The id of a file of a conversation: a ULID. */
export const blobIdSchema = z.string().regex(BLOB_ID_PATTERN, 'must be the id of a file: a ULID');

/** The id of a user, as the issuer of tokens chooses it: 1 to 128 printable characters. */
export const userIdSchema = printable(USER_ID_LENGTH_MAX);

/** The id of an agent, as its owner chooses it. It may stand in a path. */
export const agentIdSchema = z
  .string()
  .max(AGENT_ID_LENGTH_MAX, `must have at most ${AGENT_ID_LENGTH_MAX} characters`)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'must consist of letters, digits, ".", "_" and "-" and begin with a letter or digit',
  );

/** The name of a node, `NODE_ID`. */
export const nodeIdSchema = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, 'must consist of 1 to 32 of a-z, 0-9 and "-"');

/** The id that a client gives its message, so that sending it again stores it once. */
export const clientMessageIdSchema = printable(CLIENT_MESSAGE_ID_LENGTH_MAX);

/** What sort of message it is: `text`, `assistant`, or an application's own. */
export const kindSchema = printable(KIND_LENGTH_MAX);

/** The id of a message, a UUIDv7 that the node draws. */
export const messageIdSchema = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be a UUID');

/** 0 stands for "before the first message". */
export const seqSchema = z
  .int('must be an integer')
  .min(0, 'must not be negative')
  .max(SEQ_MAX, `must be at most ${SEQ_MAX}`);

/** A seq in a path. */
export const seqParamSchema = z
  .string()
  .regex(/^[1-9]\d{0,9}$/, 'must be the seq of a message')
  .transform(Number)
  .pipe(seqSchema.min(1));

/** ISO 8601, UTC, with milliseconds. */
export const timestampSchema = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    'must be a time in ISO 8601, UTC, with milliseconds',
  );
