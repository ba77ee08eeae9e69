import { type ReadableStore, Store } from '@fleetlm/client';

/** Something that can be done by name: in the palette, and after a slash in the composer. */
export interface Command {
  /** What is typed after the slash: one word in small letters. */
  readonly slash: string;
  /** As the palette shows it. */
  readonly name: string;
  readonly scope: 'conversation' | 'app';
  readonly act: () => void;
}

const groups = new Set<readonly Command[]>();
const store = new Store<readonly Command[]>([]);

/** All that can be done at this place; a component offers what it can do while it is on the page. */
export const commands: ReadableStore<readonly Command[]> = store;

/** Offers commands until the returned function is called. */
export function offerCommands(offered: readonly Command[]): () => void {
  groups.add(offered);
  store.set(inOrder());
  return () => {
    groups.delete(offered);
    store.set(inOrder());
  };
}

/** What a slash and these letters can mean; null: this text is no command. */
export function commandsFor(text: string, all: readonly Command[]): readonly Command[] | null {
  const typed = /^\/([a-z-]*)$/i.exec(text)?.[1]?.toLowerCase();
  if (typed === undefined) return null;
  const found = all.filter(({ slash }) => slash.startsWith(typed));
  return found.length === 0 ? null : found;
}

/** Of the conversation first; offered twice (two places on one page) counts once. */
function inOrder(): readonly Command[] {
  const byName = new Map([...groups].flat().map((command) => [command.slash, command]));
  const all = [...byName.values()];
  return [
    ...all.filter(({ scope }) => scope === 'conversation'),
    ...all.filter(({ scope }) => scope === 'app'),
  ];
}
