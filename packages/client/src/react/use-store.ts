import { useSyncExternalStore } from 'react';
import type { ReadableStore } from '../store.ts';

/** The current value of a store; draws again when it changes. A page that was drawn by a server is taken over with its first value. */
export function useStore<T>(store: ReadableStore<T>): T {
  return useSyncExternalStore(store.subscribe, store.get, store.initial);
}
