import type { SourceFile } from './tracked-files.ts';

/** A SPEC.md numbers its promises (`**C12**` or `- C12 ...` or `| C12 |`); every number has a test and every test a number. */
const PROMISE = /^(?:[-*]\s+|\|\s*|#+\s+)?\**([A-Z]{1,2}\d{1,3})\b\**/gm;
const TITLE =
  /\b(?:test|it)(?:\.each\([\s\S]*?\)|\.prop\([\s\S]*?\))?\(\s*['"`]([A-Z]{1,2}\d{1,3})\b/g;

/** Promises without a test whose title starts with their number. */
export function untestedPromises(
  files: readonly SourceFile[],
  folder: string,
): {
  readonly promised: number;
  readonly untested: readonly string[];
  readonly unpromised: readonly string[];
} {
  const spec = files.find(({ path }) => path === `${folder}/SPEC.md`);
  if (spec === undefined) throw new Error(`${folder}/SPEC.md does not exist`);
  const promised = new Set([...spec.text.matchAll(PROMISE)].map(([, id = '']) => id));
  const tested = new Set(
    files
      .filter(({ path }) => path.startsWith(`${folder}/`) && path.endsWith('.test.ts'))
      .flatMap(({ text }) => [...text.matchAll(TITLE)].map(([, id = '']) => id)),
  );
  return {
    promised: promised.size,
    untested: [...promised].filter((id) => !tested.has(id)),
    unpromised: [...tested].filter((id) => !promised.has(id)),
  };
}
