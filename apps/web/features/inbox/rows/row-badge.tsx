import type { InboxEntry } from '@fleetlm/client';
import clsx from 'clsx';
import { CircleAlert, PencilLine, ShieldQuestion } from 'lucide-react';

export interface RowBadgeProps {
  readonly entry: InboxEntry;
  readonly hasDraft: boolean;
}

const LOOK =
  'inline-flex items-center gap-1 rounded-full border px-1.5 text-[11px] leading-[18px] font-medium';

/** The one thing that is to be done about a conversation, the most urgent first; nothing when there is none. */
export function RowBadge({ entry, hasDraft }: RowBadgeProps) {
  if (entry.status === 'archived') return null;
  if (entry.status === 'failed')
    return (
      <span className={clsx(LOOK, 'border-critical text-critical')}>
        <CircleAlert size={11} aria-hidden /> Failed
      </span>
    );
  if (entry.awaits_user === true)
    return (
      <span className={clsx(LOOK, 'border-warn text-warn')}>
        <ShieldQuestion size={11} aria-hidden /> Needs approval
      </span>
    );
  if (hasDraft)
    return (
      <span className={clsx(LOOK, 'border-strong text-muted')}>
        <PencilLine size={11} aria-hidden /> Draft
      </span>
    );
  return null;
}
