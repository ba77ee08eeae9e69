'use client';

import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import type { Person } from '@/lib/session.ts';
import { Shortcuts } from './shortcuts.tsx';

/** Loaded when it is opened for the first time. */
const Palette = dynamic(() => import('./palette.tsx').then((module) => module.Palette), {
  ssr: false,
});

/** Ctrl or Cmd and K opens the palette, a question mark the list of shortcuts. */
export function PaletteRoot({ person }: { readonly person: Person }) {
  const [open, setOpen] = useState<'palette' | 'shortcuts' | null>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        setOpen((before) => (before === 'palette' ? null : 'palette'));
      } else if (event.key === '?' && !isTyping(event.target)) {
        event.preventDefault();
        setOpen('shortcuts');
      }
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <>
      {open === 'palette' && (
        <Palette
          person={person}
          onClose={() => setOpen(null)}
          onShortcuts={() => setOpen('shortcuts')}
        />
      )}
      <Shortcuts
        open={open === 'shortcuts'}
        onOpenChange={(isOpen) => setOpen(isOpen ? 'shortcuts' : null)}
      />
    </>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select'))
  );
}
