'use client';

import { unreadTotal } from '@fleetlm/client';
import { useInbox } from '@fleetlm/client/react';
import clsx from 'clsx';
import { Bot, Inbox, type LucideIcon, Server } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { Person } from '@/common/person.ts';
import { isAtLeast, type Role } from '@/common/roles.ts';
import { Mark } from '@/ui/brand/mark.tsx';
import { PersonMenu } from './person-menu.tsx';

interface Area {
  readonly href: string;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly needs: Role;
}

const AREAS: readonly Area[] = [
  { href: '/inbox', label: 'Inbox', icon: Inbox, needs: 'user' },
  { href: '/agents', label: 'Agents', icon: Bot, needs: 'owner' },
  { href: '/admin', label: 'Cluster', icon: Server, needs: 'admin' },
];

/** The areas: a rail at the side, on a small screen a bar at the bottom (hidden while a conversation is open). */
export function Navigation({ person }: { readonly person: Person }) {
  const pathname = usePathname();
  const sessionInView = /^\/inbox\/([^/]+)/.exec(pathname)?.[1] ?? null;
  const current = AREAS.find(({ href }) => pathname.startsWith(href));
  const unread = unreadTotal(useInbox(), sessionInView);
  return (
    <nav
      aria-label="Areas"
      data-pane="1"
      className={clsx(
        'order-last shrink-0 border-border bg-surface max-md:border-t md:order-first md:border-r',
        'flex items-center justify-around gap-1 p-1.5 pb-[max(6px,env(safe-area-inset-bottom))] md:w-[76px] md:flex-col md:justify-start md:py-3',
        sessionInView !== null && 'max-md:hidden',
      )}
    >
      <span className="mb-3 hidden md:block">
        <Mark size={36} />
      </span>
      {AREAS.filter(({ needs }) => isAtLeast(person.role, needs)).map((area) => (
        <AreaLink
          key={area.href}
          area={area}
          isCurrent={area === current}
          count={area.href === '/inbox' ? unread : 0}
        />
      ))}
      <div className="md:mt-auto">
        <PersonMenu person={person} />
      </div>
    </nav>
  );
}

function AreaLink({
  area,
  isCurrent,
  count,
}: {
  readonly area: Area;
  readonly isCurrent: boolean;
  readonly count: number;
}) {
  const Icon = area.icon;
  return (
    <Link
      href={area.href}
      aria-current={isCurrent ? 'page' : undefined}
      className={clsx(
        'relative flex min-w-14 flex-col items-center gap-0.5 rounded-md px-1 py-1.5 text-xs md:min-w-16',
        isCurrent
          ? 'bg-raised font-medium text-text'
          : 'text-muted hover:bg-raised hover:text-text',
      )}
    >
      <Icon size={20} aria-hidden strokeWidth={isCurrent ? 2.2 : 1.8} />
      {area.label}
      {count > 0 && (
        <span className="absolute right-2 top-0.5 min-w-4.5 rounded-full bg-accent px-1 text-center text-[11px] leading-4.5 shadow-card font-semibold text-on-accent">
          <span className="sr-only">, </span>
          {count > 99 ? '99+' : count}
          <span className="sr-only"> unread</span>
        </span>
      )}
    </Link>
  );
}
