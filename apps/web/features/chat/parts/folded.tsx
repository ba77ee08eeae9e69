import clsx from 'clsx';
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { LongText } from '../markdown/long-text.tsx';

export interface FoldedProps {
  readonly title: ReactNode;
  readonly detail: ReactNode;
  readonly body: string;
  readonly tone?: 'muted' | 'critical';
}

/** One line that opens: for what most people do not need to read. */
export function Folded({ title, detail, body, tone = 'muted' }: FoldedProps) {
  return (
    <details className="group rounded-lg border border-border bg-surface text-sm">
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-lg px-3 py-2 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          size={14}
          aria-hidden
          className="shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        <span className="min-w-0 truncate font-medium">{title}</span>
        <span
          className={clsx(
            'ml-auto shrink-0 text-xs',
            tone === 'critical' ? 'text-critical' : 'text-muted',
          )}
        >
          {detail}
        </span>
      </summary>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="tabular max-h-72 overflow-auto border-t border-border px-3 py-2 text-xs whitespace-pre-wrap"
      >
        <LongText text={body} />
      </pre>
    </details>
  );
}
