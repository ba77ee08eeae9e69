'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { letterKey } from '@/common/keys.ts';
import { followPreferences } from '@/common/preferences.ts';
import { isAtLeast, type Role } from '@/common/roles.ts';

/** How long after `g` its second letter may come. */
const SECOND_LETTER_MS = 1_500;

const PLACES: Readonly<Record<string, { readonly href: string; readonly needs: Role }>> = {
  i: { href: '/inbox', needs: 'user' },
  s: { href: '/settings', needs: 'user' },
  a: { href: '/agents', needs: 'owner' },
  c: { href: '/admin', needs: 'admin' },
  r: { href: '/admin/groups', needs: 'admin' },
};

/** Keys that work on every page: `g` and a letter goes to an area, `/` to the search, F6 from pane to pane. */
export function GlobalKeys({ role }: { readonly role: Role }) {
  const router = useRouter();
  useEffect(() => followPreferences(), []);
  useEffect(() => {
    let goBeforeMs = 0;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      if (event.key === 'F6' && !event.ctrlKey && !event.metaKey && !event.altKey) {
        if (cyclePanes(event.shiftKey ? -1 : 1)) event.preventDefault();
        return;
      }
      const letter = letterKey(event);
      const isSecond = performance.now() < goBeforeMs;
      goBeforeMs = letter === 'g' && !isSecond ? performance.now() + SECOND_LETTER_MS : 0;
      const place = isSecond && letter !== null ? PLACES[letter] : undefined;
      const href = letter === '/' && !isSecond ? '/search' : place?.href;
      if (href === undefined || (place !== undefined && !isAtLeast(role, place.needs))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      router.push(href);
    };
    // Before the keys of a page: the letter after `g` is not one of theirs.
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [router, role]);
  return null;
}

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled):not([type=file]), textarea:not(:disabled), [tabindex="0"]';

function isShown(element: HTMLElement): boolean {
  return element.getClientRects().length > 0;
}

/** Moves the focus to the next pane that can be seen; false when there is none. */
function cyclePanes(step: 1 | -1): boolean {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')]
    .filter(isShown)
    // The page as a whole is a pane only where it is not made of several.
    .filter((pane) => pane.querySelector('[data-pane]') === null)
    .toSorted((a, b) => Number(a.dataset.pane) - Number(b.dataset.pane));
  const at = panes.findLastIndex((pane) => pane.contains(document.activeElement));
  const start = at < 0 && step < 0 ? 0 : at;
  const pane = panes.at((start + step) % Math.max(1, panes.length));
  if (pane === undefined) return false;
  const current = pane.querySelector<HTMLElement>('[aria-current="page"]');
  const inside = [...pane.querySelectorAll<HTMLElement>(FOCUSABLE)].find(isShown);
  (pane.tabIndex >= 0 ? pane : (current ?? inside ?? pane)).focus();
  return true;
}
