'use client';

import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useState } from 'react';
import type { Command } from '@/common/commands.ts';
import { letterKey } from '@/common/keys.ts';
import type { Person } from '@/common/person.ts';
import { signOutHere } from '@/features/accounts/sign-in/sign-out.ts';
import { chooseTheme } from '@/ui/choose-theme.ts';
import { useOfferedCommands } from '@/ui/hooks/use-offered-commands.ts';
import { Shortcuts } from './shortcuts.tsx';

/** Loaded when it is opened for the first time. */
const Palette = dynamic(() => import('./palette.tsx').then((module) => module.Palette), {
  ssr: false,
});

/** Ctrl or Cmd and K opens the palette, a question mark the list of shortcuts. */
export function PaletteRoot({ person }: { readonly person: Person }) {
  const [open, setOpen] = useState<'palette' | 'shortcuts' | null>(null);
  const router = useRouter();
  useOfferedCommands(
    useMemo(
      (): readonly Command[] => [
        of('search', 'Search in all conversations', () => router.push('/search')),
        of('light', 'Light theme', () => chooseTheme('light')),
        of('dark', 'Dark theme', () => chooseTheme('dark')),
        of('settings', 'Settings', () => router.push('/settings')),
        of('keys', 'Keyboard shortcuts', () => setOpen('shortcuts')),
        of('sign-out', 'Sign out', () => {
          signOutHere(person.id).catch(reportError);
        }),
      ],
      [router, person.id],
    ),
  );
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        setOpen((before) => (before === 'palette' ? null : 'palette'));
      } else if (letterKey(event) === '?') {
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
          onClose={() => setOpen((before) => (before === 'palette' ? null : before))}
        />
      )}
      <Shortcuts
        open={open === 'shortcuts'}
        onOpenChange={(isOpen) => setOpen(isOpen ? 'shortcuts' : null)}
      />
    </>
  );
}

function of(slash: string, name: string, act: () => void): Command {
  return { slash, name, scope: 'app', act };
}
