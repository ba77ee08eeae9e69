'use client';

import { LogOut, Moon, Sun } from 'lucide-react';
import { signOut } from '@/app/login/actions.ts';
import type { Person } from '@/lib/session.ts';
import { THEME_COOKIE, type Theme } from '@/lib/theme.ts';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../ui/menu.tsx';

const YEAR_SECONDS = 31_536_000;

export function PersonMenu({ person }: { readonly person: Person }) {
  return (
    <Menu
      side="right"
      trigger={
        <button
          type="button"
          aria-label={`Account of ${person.name}`}
          className="grid size-9 place-items-center rounded-full border border-border bg-raised text-sm font-semibold uppercase"
        >
          {person.name.slice(0, 1)}
        </button>
      }
    >
      <MenuLabel>
        {person.email} · {person.role}
      </MenuLabel>
      <MenuSeparator />
      <MenuItem onSelect={() => chooseTheme('light')}>
        <Sun size={15} aria-hidden /> Light
      </MenuItem>
      <MenuItem onSelect={() => chooseTheme('dark')}>
        <Moon size={15} aria-hidden /> Dark
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        onSelect={() => {
          void signOut();
        }}
      >
        <LogOut size={15} aria-hidden /> Sign out
      </MenuItem>
    </Menu>
  );
}

function chooseTheme(theme: Theme): void {
  document.documentElement.classList.toggle('dark', theme === 'dark');
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}
