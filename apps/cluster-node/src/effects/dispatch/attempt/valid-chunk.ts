import { uiMessageChunkKind } from '@fleetlm/protocol';
import * as z from 'zod';
import { CHUNK_MEMBERS_MAX } from '../../../limits.ts';
import type { Chunk } from '../dispatch-api.ts';

/** Fields whose members the schemas check one by one, with an issue for each that is wrong. */
const CHECKED_FIELDS = ['citations', 'parts', 'providerMetadata', 'toolMetadata'] as const;
/** Issues that an error names. */
const ISSUES_MAX = 3;
/** Characters that an error quotes of a chunk, and has of what is wrong with it. */
const QUOTE_LENGTH_MAX = 120;
const DETAIL_LENGTH_MAX = 200;

/** What an agent sent, checked as the AI SDK's own reader checks it; by its type first, which is what makes it cheap. */
export function checkChunk(
  received: unknown,
): { readonly ok: true; readonly chunk: Chunk } | { readonly ok: false; readonly detail: string } {
  const value = withKnownReason(received);
  if (!isChunk(value)) return wrong(value, 'it has no type');
  const kind = uiMessageChunkKind(value.type);
  if (kind === null) return wrong(value, 'the type is unknown');
  const large = CHECKED_FIELDS.find((field) => hasTooManyMembers(value[field]));
  if (large !== undefined)
    return wrong(value, `${large} has more than ${CHUNK_MEMBERS_MAX} members`);
  const checked = kind.schema.safeParse(value);
  if (checked.success) return { ok: true, chunk: value };
  const first = new z.ZodError(checked.error.issues.slice(0, ISSUES_MAX));
  return wrong(value, z.prettifyError(first).replaceAll('\n', ' '));
}

/** Of its own and of those in it, together. */
function hasTooManyMembers(field: unknown): boolean {
  let members = 0;
  for (const member of membersOf(field)) {
    members += 1 + membersOf(member).length;
    if (members > CHUNK_MEMBERS_MAX) return true;
  }
  return false;
}

function membersOf(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function wrong(value: unknown, detail: string): { readonly ok: false; readonly detail: string } {
  const quote = JSON.stringify(value)?.slice(0, QUOTE_LENGTH_MAX);
  return { ok: false, detail: `${quote}: ${detail.slice(0, DETAIL_LENGTH_MAX)}` };
}

/** Version 5 of the AI SDK has a reason more. */
function withKnownReason(value: unknown): unknown {
  return isChunk(value) && value.type === 'finish' && value.finishReason === 'unknown'
    ? { ...value, finishReason: 'other' }
    : value;
}

/** Whether a value has the one field that every chunk has. */
export function isChunk(value: unknown): value is Chunk {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}
