import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

export type Tone = 'info' | 'ok' | 'warn' | 'critical';

const ICONS = { info: Info, ok: CircleCheck, warn: TriangleAlert, critical: CircleAlert } as const;
const COLOURS: Readonly<Record<Tone, string>> = {
  info: 'text-info',
  ok: 'text-ok',
  warn: 'text-warn',
  critical: 'text-critical',
};

export interface NoticeProps {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly action?: ReactNode;
  readonly className?: string;
  /** `alert` interrupts a screen reader; `status` waits its turn. */
  readonly role?: 'alert' | 'status';
}

/** A line that says something about what is around it. Glyph, words and colour, never colour alone. */
export function Notice({ tone, children, action, className, role }: NoticeProps) {
  const Icon = ICONS[tone];
  return (
    <div
      role={role}
      className={classNames(
        'flex items-center gap-2 rounded-md border border-border bg-surface px-3 py-2 text-sm',
        className,
      )}
    >
      <Icon size={16} aria-hidden className={classNames('shrink-0', COLOURS[tone])} />
      <div className="min-w-0 flex-1">{children}</div>
      {action}
    </div>
  );
}
