import { preferences } from './preferences.ts';

/** The parts of a keyboard event that decide about a shortcut; the browser's and React's have them both. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly target: EventTarget | null;
}

/** Whether keys make text there. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select'))
  );
}

/** Whether a dialog or a menu lies over the page: then the keys are its own. */
export function hasLayer(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}

/**
 * The letter or sign of a shortcut without a modifier, as it was typed (`U` is Shift and u); null when it is something
 * else, the user is typing, a layer is open, or such shortcuts are switched off (WCAG 2.1.4).
 */
export function letterKey(press: KeyPress): string | null {
  if (press.key.length !== 1 || press.ctrlKey || press.metaKey || press.altKey) return null;
  if (!preferences.get().hasLetterKeys || isTyping(press.target) || hasLayer()) return null;
  return press.key;
}
