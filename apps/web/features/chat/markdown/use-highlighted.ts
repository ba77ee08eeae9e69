import { useEffect, useState } from 'react';
import type { CodeLines } from './highlight.ts';

/** Code that has not changed for this long is taken for finished. */
const SETTLED_AFTER_MS = 120;
/** Blocks whose colours are kept, so that scrolling back shows them at once; the oldest goes. */
const CACHED_BLOCKS_MAX = 200;

const cache = new Map<string, CodeLines>();

/** The code in colours, once it is settled and the colours are here; null until then. */
export function useHighlighted(code: string, language: string | null): CodeLines | null {
  const key = `${language}\n${code}`;
  const [, setShown] = useState('');
  useEffect(() => {
    if (language === null || cache.has(key)) return;
    let isCurrent = true;
    const timer = setTimeout(() => {
      colour(key, code, language).then(() => isCurrent && setShown(key), reportError);
    }, SETTLED_AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key, code, language]);
  return cache.get(key) ?? null;
}

async function colour(key: string, code: string, language: string): Promise<void> {
  const { highlight } = await import('./highlight.ts');
  const lines = await highlight(code, language);
  if (lines === null) return;
  cache.set(key, lines);
  const oldest = cache.keys().next();
  if (cache.size > CACHED_BLOCKS_MAX && oldest.done === false) cache.delete(oldest.value);
}
