import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

export interface SectionProps {
  /** Of the heading; unique on the page. */
  readonly id: string;
  readonly title: string;
  readonly text?: ReactNode;
  readonly tone?: 'plain' | 'danger';
  readonly children: ReactNode;
}

/** A part of a page of settings: what it is about at the left, its controls at the right. */
export function Section({ id, title, text, tone = 'plain', children }: SectionProps) {
  return (
    <section
      aria-labelledby={`section-${id}`}
      className={classNames(
        'grid gap-4 rounded-lg border bg-surface p-4 shadow-card md:grid-cols-[200px_minmax(0,1fr)] md:gap-8 md:p-6',
        tone === 'danger' ? 'border-critical' : 'border-border',
      )}
    >
      <header>
        <h2
          id={`section-${id}`}
          className={classNames('font-semibold', tone === 'danger' && 'text-critical')}
        >
          {title}
        </h2>
        {text !== undefined && <p className="mt-1 text-sm text-muted">{text}</p>}
      </header>
      <div className="flex min-w-0 flex-col gap-3">{children}</div>
    </section>
  );
}
