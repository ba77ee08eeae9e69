'use client';

import clsx from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useCurrentInView } from '@/ui/current-in-view.ts';

const TABS = [
  { path: '', label: 'Overview' },
  { path: '/usage', label: 'Usage' },
  { path: '/feedback', label: 'Feedback' },
  { path: '/deliveries', label: 'Deliveries' },
  { path: '/dead-letters', label: 'Dead letters' },
  { path: '/context', label: 'Context' },
  { path: '/playground', label: 'Playground' },
  { path: '/settings', label: 'Settings' },
] as const;

/** The pages of one agent. */
export function AgentTabs({ agentId }: { readonly agentId: string }) {
  const pathname = usePathname();
  const row = useCurrentInView<HTMLElement>(pathname);
  return (
    <nav
      ref={row}
      aria-label="Agent"
      className="scroll-edges -mb-px flex gap-1 border-b border-border [--edge-ground:var(--bg)]"
    >
      {TABS.map(({ path, label }) => {
        const href = `/agents/${encodeURIComponent(agentId)}${path}`;
        const isCurrent = pathname === href;
        return (
          <Link
            key={label}
            href={href}
            aria-current={isCurrent ? 'page' : undefined}
            className={clsx(
              'whitespace-nowrap border-b-2 px-3 py-2 text-sm font-medium',
              isCurrent
                ? 'border-accent text-text'
                : 'border-transparent text-muted hover:text-text',
            )}
          >
            {label}
          </Link>
        );
      })}
    </nav>
  );
}
