'use client';

import type { DeliveryState } from '@fleetlm/protocol';
import clsx from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { deliveriesHref } from './deliveries-query.ts';
import { STATE_LOOKS } from './delivery-state.tsx';

const STATES: readonly DeliveryState[] = [
  'delivered',
  'pending',
  'failed',
  'broken_off',
  'stopped',
];

/** Which deliveries are listed. */
export function StateFilter({ current }: { readonly current: string | null }) {
  const pathname = usePathname();
  return (
    <ul aria-label="State" className="flex flex-wrap gap-1.5">
      {[null, ...STATES].map((state) => (
        <li key={state ?? 'all'}>
          <Link
            href={deliveriesHref(pathname, { state })}
            aria-current={state === current ? 'true' : undefined}
            className={clsx(
              'block rounded-md border px-2.5 py-1 text-sm',
              state === current
                ? 'border-accent bg-surface font-medium text-text'
                : 'border-border text-muted hover:text-text',
            )}
          >
            {state === null ? 'all' : STATE_LOOKS[state].word}
          </Link>
        </li>
      ))}
    </ul>
  );
}
