import clsx from 'clsx';
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import type { AttentionItem } from './attention.ts';

export function AttentionList({ items }: { readonly items: readonly AttentionItem[] }) {
  return (
    <section aria-labelledby="attention-title" className="min-w-0">
      <h2 id="attention-title" className="mb-2 font-semibold">
        Needs attention
      </h2>
      {items.length === 0 && (
        <p className="flex items-center gap-2 text-muted">
          <CircleCheck size={15} aria-hidden className="shrink-0 text-ok" /> No known problems.
        </p>
      )}
      <ul className="flex flex-col">
        {items.map(({ key, tone, text, href }) => {
          const Icon = tone === 'critical' ? CircleAlert : TriangleAlert;
          return (
            <li
              key={key}
              className="flex items-start gap-2 border-b border-border py-1.5 last:border-b-0"
            >
              <Icon
                size={15}
                aria-hidden
                className={clsx(
                  'mt-0.5 shrink-0',
                  tone === 'critical' ? 'text-critical' : 'text-warn',
                )}
              />
              <Link href={href} className="min-w-0 underline-offset-2 hover:underline">
                {text}
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
