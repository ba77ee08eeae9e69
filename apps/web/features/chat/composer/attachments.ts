import type { FilePart } from '@fleetlm/client';

/** Files of one message. */
export const ATTACHMENTS_MAX = 8;

/** A file on its way into a message. */
export interface Attachment {
  readonly id: string;
  readonly file: File;
  /** A small picture of it, as a data URL; null: none, or not made yet. */
  readonly preview: string | null;
  readonly state:
    | { readonly type: 'sending'; readonly sentBytes: number }
    | { readonly type: 'ready'; readonly part: FilePart }
    | { readonly type: 'failed'; readonly reason: string };
}

/** Why the chosen files can't be added; null: they can. */
export function refusalOf(before: readonly Attachment[], chosen: readonly File[]): string | null {
  if (before.length + chosen.length > ATTACHMENTS_MAX)
    return `At most ${ATTACHMENTS_MAX} files go with one message.`;
  const empty = chosen.find(({ size }) => size === 0);
  return empty === undefined ? null : `${empty.name} is empty.`;
}

/** The list with one file changed; one that was removed meanwhile stays away. */
export function withChange(
  all: readonly Attachment[],
  id: string,
  change: Partial<Pick<Attachment, 'preview' | 'state'>>,
): readonly Attachment[] {
  return all.map((one) => (one.id === id ? { ...one, ...change } : one));
}

/** What goes into the message. */
export function partsOfAttachments(all: readonly Attachment[]): readonly FilePart[] {
  return all.flatMap(({ state, preview }) =>
    state.type === 'ready' ? [withPreview(state.part, preview)] : [],
  );
}

function withPreview(part: FilePart, preview: string | null): FilePart {
  return preview === null ? part : { ...part, providerMetadata: { fleetlm: { preview } } };
}

/** In words, for all of them: what a reader that does not see the list is to know. Empty: nothing. */
export function statusOf(all: readonly Attachment[]): string {
  const count = (type: Attachment['state']['type']): number =>
    all.filter(({ state }) => state.type === type).length;
  const files = (number: number): string => (number === 1 ? '1 file' : `${number} files`);
  const failed = count('failed');
  if (failed > 0) return `${files(failed)} could not be uploaded.`;
  const sending = count('sending');
  if (sending > 0) return `Uploading ${files(sending)}…`;
  return all.length === 0 ? '' : `${files(all.length)} attached.`;
}

/** Whole percent of what was sent; all of it is 99 until the cluster has stored it. */
export function percentOf({ file, state }: Attachment): number {
  switch (state.type) {
    case 'sending':
      return Math.min(99, Math.floor((100 * state.sentBytes) / file.size));
    case 'ready':
      return 100;
    case 'failed':
      return 0;
    default:
      return state satisfies never;
  }
}
