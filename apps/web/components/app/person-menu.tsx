'use client';

import { Bell, LogOut, Moon, Sun } from 'lucide-react';
import { toast } from 'sonner';
import { signOut } from '@/app/login/actions.ts';
import { setNotifications, wantsNotifications } from '@/lib/notifications.ts';
import type { Person } from '@/lib/session.ts';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../ui/menu.tsx';
import { chooseTheme } from './choose-theme.ts';

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
          void switchNotifications();
        }}
      >
        <Bell size={15} aria-hidden /> Notify me when I am away
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

async function switchNotifications(): Promise<void> {
  const isOn = await setNotifications(!wantsNotifications());
  toast(isOn ? 'You will be notified of answers while this page is hidden.' : 'No notifications.');
}
