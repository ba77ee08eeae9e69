'use client';

import { LogOut, Moon, Settings, Sun } from 'lucide-react';
import Link from 'next/link';
import type { Person } from '@/common/person.ts';
import { signOutHere } from '@/features/accounts/sign-in/sign-out.ts';
import { chooseTheme } from '@/ui/choose-theme.ts';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/ui/menu.tsx';

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
      <MenuItem asChild>
        <Link href="/settings">
          <Settings size={15} aria-hidden /> Settings
        </Link>
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        onSelect={() => {
          signOutHere(person.id).catch(reportError);
        }}
      >
        <LogOut size={15} aria-hidden /> Sign out
      </MenuItem>
    </Menu>
  );
}
