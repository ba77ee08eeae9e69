import clsx from 'clsx';
import type { ReactNode } from 'react';

export interface LineProps {
  readonly author: string;
  readonly isOwn: boolean;
  /** Below the message: its state, its time and what can be done with it. */
  readonly footer?: ReactNode;
  readonly children: ReactNode;
  readonly seq?: number;
  readonly total?: number;
  /** It has come a moment ago, and comes into view softly. */
  readonly isNew?: boolean;
}

/** The frame of a message: one’s own is a bubble at the right, a reply is text that flows. */
export function Line({ author, isOwn, footer, children, seq, total, isNew = false }: LineProps) {
  return (
    <article
      aria-label={`${author}${seq === undefined ? '' : `, message ${seq}`}`}
      aria-posinset={seq}
      aria-setsize={total}
      // PageUp and PageDown go from one to the next.
      tabIndex={-1}
      className={clsx(
        'group/line mx-auto max-w-[calc(72ch+48px)] rounded-lg px-6 pt-3 outline-offset-[-4px]',
        isNew && 'animate-[rise-in_200ms_ease-out]',
      )}
    >
      {isOwn ? (
        <div className="ml-auto flex w-fit max-w-[85%] flex-col items-end">
          <div className="min-w-0 max-w-full rounded-xl rounded-br-sm bg-bubble px-4 py-2">
            {children}
          </div>
          {footer}
        </div>
      ) : (
        <>
          {children}
          {footer}
        </>
      )}
    </article>
  );
}
