import clsx from 'clsx';
import type { ReactNode } from 'react';

export interface AdminPageProps {
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  /** Right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly isStale?: boolean;
}

/** The frame of a page of the admin area. Figures that are too old to be relied on are grey, on hatching. */
export function AdminPage({ title, lead, actions, children, isStale = false }: AdminPageProps) {
  return (
    <div className="h-full overflow-y-auto text-sm">
      <div className="mx-auto flex max-w-7xl flex-col gap-5 p-4 md:p-6">
        <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
          <div className="min-w-0">
            <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
            {lead !== undefined && <p className="max-w-[80ch] text-muted">{lead}</p>}
          </div>
          {actions}
        </header>
        <div className={clsx('flex flex-col gap-5', isStale && 'hatched grayscale')}>
          {children}
        </div>
      </div>
    </div>
  );
}
