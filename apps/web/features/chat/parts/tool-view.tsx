import { type ToolPart, type ToolState, toolNameOf } from '@fleetlm/client';
import clsx from 'clsx';
import { ChevronRight, CircleAlert, CircleCheck, CircleSlash, LoaderCircle } from 'lucide-react';
import { memo } from 'react';
import { resultCount, wordsOf } from './field-values.ts';
import { KeyValues } from './key-values.tsx';

interface Look {
  readonly words: string;
  readonly icon: typeof CircleCheck;
  readonly className: string;
}

const RUNNING = { words: 'running…', icon: LoaderCircle, className: 'animate-spin text-accent' };

const DENIED = { words: 'denied', icon: CircleSlash, className: 'text-muted' };

const LOOKS: Readonly<Record<ToolState, Look>> = {
  'input-streaming': { ...RUNNING, words: 'preparing…' },
  'input-available': RUNNING,
  'approval-requested': { ...RUNNING, words: 'needs approval' },
  'approval-responded': { ...RUNNING, words: 'allowed, running…' },
  'output-available': { words: 'done', icon: CircleCheck, className: 'text-ok' },
  'output-error': { words: 'failed', icon: CircleAlert, className: 'text-critical' },
  'output-denied': DENIED,
};

/** What a tool is called on the screen. */
export function toolTitle(part: ToolPart): string {
  return part.title ?? wordsOf(toolNameOf(part));
}

/**
 * A call of a tool on one line: what it was and how it went; what went in and came out when it is opened. Drawn again only when the
 * call changes: words that are streamed behind it write none of its JSON anew.
 */
export const ToolView = memo(function ToolView({ part }: { readonly part: ToolPart }) {
  const isDenied = part.approval?.approved === false;
  const { words, icon: Icon, className } = isDenied ? DENIED : LOOKS[part.state];
  const reason = isDenied ? part.approval?.reason : undefined;
  return (
    <details className="group rounded-lg border border-border bg-surface text-sm shadow-card">
      <summary className="flex min-h-9 cursor-pointer list-none items-center gap-2 rounded-lg px-3 [&::-webkit-details-marker]:hidden">
        <Icon size={15} aria-hidden className={clsx('shrink-0', className)} />
        <span className="min-w-0 truncate font-medium">
          <span className="sr-only">Tool: </span>
          {toolTitle(part)}
        </span>
        <span
          className={clsx(
            'shrink-0 text-xs',
            part.state === 'output-error' ? 'text-critical' : 'text-muted',
          )}
        >
          {summaryOf(part) ?? words}
        </span>
        <ChevronRight
          size={14}
          aria-hidden
          className="ml-auto shrink-0 text-muted transition-transform group-open:rotate-90"
        />
      </summary>
      <div className="flex flex-col gap-3 border-t border-border px-3 py-2.5">
        <KeyValues label="Input" value={part.input} />
        {part.output !== undefined && <KeyValues label="Result" value={part.output} />}
        {part.errorText !== undefined && <KeyValues label="Error" value={part.errorText} />}
        {reason !== undefined && <KeyValues label="Reason" value={reason} />}
      </div>
    </details>
  );
});

function summaryOf({ state, output }: ToolPart): string | null {
  const count = state === 'output-available' ? resultCount(output) : null;
  if (count === null) return null;
  return count === 1 ? '1 result' : `${count} results`;
}
