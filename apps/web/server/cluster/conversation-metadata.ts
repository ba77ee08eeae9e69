import 'server-only';
import { TITLE_KEY, TITLE_SOURCE_KEY, withAutomaticTitle } from '@fleetlm/protocol/session-title';

type Metadata = Readonly<Record<string, unknown>>;

/** Stands above the others in the inbox. */
const PINNED_KEY = 'pinned';

/** What can be changed about a conversation that is kept in its metadata. */
export interface MetadataChange {
  /** Of the person; empty: no name. */
  readonly title?: string | undefined;
  /** Made of the first message: only a conversation without a name takes it. */
  readonly first_title?: string | undefined;
  readonly pinned?: boolean | undefined;
}

/** The metadata after a change, the same object when nothing changes. The rest of them belongs to the application and stays. */
export function withChange(before: Metadata, change: MetadataChange): Metadata {
  const { title, first_title, pinned } = change;
  let metadata = before;
  if (title !== undefined) metadata = withTitle(metadata, title);
  if (first_title !== undefined)
    metadata = withAutomaticTitle(metadata, first_title, 'first_message') ?? metadata;
  return pinned === undefined ? metadata : withPin(metadata, pinned);
}

function withTitle(metadata: Metadata, title: string): Metadata {
  const { [TITLE_KEY]: _title, [TITLE_SOURCE_KEY]: _source, ...rest } = metadata;
  return title === '' ? rest : { ...rest, [TITLE_KEY]: title };
}

function withPin(metadata: Metadata, isPinned: boolean): Metadata {
  const { [PINNED_KEY]: _pinned, ...rest } = metadata;
  return isPinned ? { ...rest, [PINNED_KEY]: true } : rest;
}
