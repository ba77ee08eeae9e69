/** One replacement in a source file. `file` is relative to packages/raft/src. */
export interface Patch {
  readonly file: string;
  /** Occurs exactly once in the file, so that a patch of code that has changed is noticed. */
  readonly find: string;
  readonly replace: string;
}

/** A deliberate bug: what it does wrong is in the comment above it. */
export interface Bug {
  readonly name: string;
  readonly layer: 0 | 1;
  readonly patches: readonly Patch[];
}

/** The source of `patch.file` with the patch. Throws when `find` does not occur exactly once. */
export function applyPatch(source: string, { file, find, replace }: Patch): string {
  const [before, after, ...more] = source.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    const count = source.split(find).length - 1;
    throw new Error(`${file}: ${JSON.stringify(find)} occurs ${count} times instead of once`);
  }
  return before + replace + after;
}
