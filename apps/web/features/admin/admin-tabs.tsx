'use client';

import clsx from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useCurrentInView } from '@/ui/current-in-view.ts';

const TABS = [
  { href: '/admin', label: 'Overview' },
  { href: '/admin/nodes', label: 'Nodes' },
  { href: '/admin/groups', label: 'Groups' },
  { href: '/admin/operations', label: 'Operations' },
  { href: '/admin/flush', label: 'Flush' },
  { href: '/admin/dispatch', label: 'Dispatch' },
  { href: '/admin/events', label: 'Events' },
  { href: '/admin/audit', label: 'Audit' },
  { href: '/admin/privacy', label: 'Privacy' },
  { href: '/admin/accounts', label: 'Accounts' },
  { href: '/admin/playground', label: 'Playground' },
] as const;

/** The pages of the admin area. */
export function AdminTabs() {
  const pathname = usePathname();
  const row = useCurrentInView<HTMLElement>(pathname);
  return (
    <nav
      ref={row}
      aria-label="Cluster"
      className="scroll-edges shrink-0 border-b border-border bg-surface px-2 md:px-4"
    >
      <ul className="flex h-11 min-w-max items-stretch gap-1">
        {TABS.map(({ href, label }) => {
          const isCurrent = href === '/admin' ? pathname === href : pathname.startsWith(href);
          return (
            <li key={href} className="flex">
              <Link
                href={href}
                aria-current={isCurrent ? 'page' : undefined}
                className={clsx(
                  'flex items-center border-b-2 px-2.5 text-sm outline-offset-[-3px]',
                  isCurrent
                    ? 'border-accent font-medium text-text'
                    : 'border-transparent text-muted hover:text-text',
                )}
              >
                {label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
