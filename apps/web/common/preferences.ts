import { type ReadableStore, Store } from '@fleetlm/client';

/** How a person wants this device to behave. */
export interface Preferences {
  /** False: a conversation counts as read only when they say so. */
  readonly readsOnView: boolean;
  /** Answers appear when they are complete, not word by word. */
  readonly showsWholeAnswers: boolean;
  /** Shortcuts of one letter without a modifier; what is spoken to the computer may set them off by accident. */
  readonly hasLetterKeys: boolean;
}

export const DEFAULT_PREFERENCES: Preferences = {
  readsOnView: true,
  showsWholeAnswers: false,
  hasLetterKeys: true,
};

/**
 * In the browser's storage, not with the account: they are about this device (a phone has no letter keys), nothing on the
 * server asks for them, and they hold while the accounts' database is away. The theme is in a cookie, because the first
 * paint needs it.
 */
const KEY = 'fleetlm.preferences';

const store = new Store<Preferences>(DEFAULT_PREFERENCES);

export const preferences: ReadableStore<Preferences> = store;

/** Reads what was chosen before, and follows the other tabs. Returns how to stop that. */
export function followPreferences(): () => void {
  const read = (): void => store.set(parsePreferences(stored()));
  const onStorage = (event: StorageEvent): void => {
    if (event.key === KEY || event.key === null) read();
  };
  read();
  window.addEventListener('storage', onStorage);
  return () => window.removeEventListener('storage', onStorage);
}

/** From now on; storage that is full or forbidden keeps it until the page is left. */
export function setPreferences(change: Partial<Preferences>): void {
  const next = { ...store.get(), ...change };
  store.set(next);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // It holds in this tab all the same.
  }
}

/** What was stored; whatever is missing or not understood is as at the beginning. */
export function parsePreferences(text: string | null): Preferences {
  let value: unknown = null;
  try {
    value = JSON.parse(text ?? 'null');
  } catch {
    return DEFAULT_PREFERENCES;
  }
  if (typeof value !== 'object' || value === null) return DEFAULT_PREFERENCES;
  const held: Readonly<Record<string, unknown>> = { ...value };
  const choice = (name: keyof Preferences): boolean => {
    const chosen = held[name];
    return typeof chosen === 'boolean' ? chosen : DEFAULT_PREFERENCES[name];
  };
  return {
    readsOnView: choice('readsOnView'),
    showsWholeAnswers: choice('showsWholeAnswers'),
    hasLetterKeys: choice('hasLetterKeys'),
  };
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
