import clsx from 'clsx';
import type { ReactNode } from 'react';

export interface LineProps {
  readonly author: string;
  readonly isOwn: boolean;
  /** Right of the author's name: time, seq, state. */
  readonly meta?: ReactNode;
  readonly children: ReactNode;
  readonly seq?: number;
  readonly total?: number;
}

/** The frame of a message: who, when, what. One column: a log that reads from top to bottom. */
export function Line({ author, isOwn, meta, children, seq, total }: LineProps) {
  return (
    <article
      aria-label={`${author}${seq === undefined ? '' : `, message ${seq}`}`}
      aria-posinset={seq}
      aria-setsize={total}
      // PageUp and PageDown go from one to the next.
      tabIndex={-1}
      className="mx-auto max-w-[calc(72ch+48px)] px-3 py-1 outline-offset-[-4px]"
    >
      <div className={clsx('rounded-lg px-3 py-2', isOwn && 'bg-raised')}>
        <header className="mb-0.5 flex items-baseline gap-2 text-xs text-muted">
          <span className={clsx('text-sm font-semibold', isOwn ? 'text-text' : 'text-accent')}>
            {author}
          </span>
          {meta}
        </header>
        {children}
      </div>
    </article>
  );
}
