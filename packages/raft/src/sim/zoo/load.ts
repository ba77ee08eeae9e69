import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import type { Layer } from '../harness/layer.ts';
import { ALGORITHM_BUGS } from './algorithm-bugs.ts';
import { applyPatch, type Bug } from './patch.ts';
import { SYSTEM_BUGS } from './system-bugs.ts';

export const BUGS: readonly Bug[] = [...ALGORITHM_BUGS, ...SYSTEM_BUGS];

/** Patches name files from here. */
const SOURCES = new URL('../../', import.meta.url).href;
const MARK = '?bug=';

/**
 * The simulator of the bug's layer, with the bug in the production code under it. Every bug has a graph of modules
 * of its own: URLs below packages/raft/src that carry its name, whose sources are patched when they are loaded. The
 * modules of this process, and the files, stay as they are. Throws when a patch does not match exactly once.
 *
 * Runs under Node itself only; a test runner that loads modules in its own way has to start a process.
 */
export async function layerWithBug(name: string): Promise<Layer> {
  const bug = BUGS.find((each) => each.name === name);
  if (bug === undefined)
    throw new TypeError(`bug ${name}: one of ${BUGS.map((each) => each.name).join(', ')}`);
  const left = new Set(bug.patches);
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      const isOurs = resolved.url.startsWith(SOURCES) && !resolved.url.includes(MARK);
      if (!isOurs || context.parentURL?.endsWith(MARK + name) !== true) return resolved;
      return { ...resolved, url: resolved.url + MARK + name };
    },
    load: (url, context, next) => {
      const [path, mark] = url.split(MARK);
      const patches = bug.patches.filter(({ file }) => path === SOURCES + file);
      if (mark !== name || patches.length === 0) return next(url, context);
      let source = readFileSync(new URL(url), 'utf8');
      for (const patch of patches) {
        source = applyPatch(source, patch);
        left.delete(patch);
      }
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
  try {
    const folder = bug.layer === 0 ? 'algorithm' : 'system';
    const url = new URL(`../${folder}/layer.ts${MARK}${name}`, import.meta.url);
    const { layer }: { readonly layer: Layer } = await import(url.href);
    for (const { file } of left) throw new Error(`${name}: ${file} is not part of the simulator`);
    return { ...layer, bug: name };
  } finally {
    hooks.deregister();
  }
}
