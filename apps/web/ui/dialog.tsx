'use client';

import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';
import { ScrollRegion } from './scroll-region.tsx';

export interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: string;
  readonly children: ReactNode;
  readonly className?: string;
  /** It has nothing to put the focus on, and may be longer than the window: its content scrolls by keyboard. */
  readonly isText?: boolean;
}

/** A modal window: focus stays inside, Escape closes it and gives the focus back. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  className,
  isText = false,
}: DialogProps) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-[#0c1015]/50" />
        <Primitive.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className={classNames(
            'fixed left-1/2 top-[12dvh] z-50 flex max-h-[76dvh] w-[min(92vw,480px)] -translate-x-1/2 flex-col',
            'rounded-lg border border-border bg-surface text-text shadow-2xl',
            className,
          )}
        >
          <header className="flex items-start justify-between gap-4 px-5 pt-4">
            <div>
              <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
              {description !== undefined && (
                <Primitive.Description className="text-sm text-muted">
                  {description}
                </Primitive.Description>
              )}
            </div>
            <Primitive.Close asChild>
              <Button variant="ghost" size="icon-sm" aria-label="Close">
                <X size={16} aria-hidden />
              </Button>
            </Primitive.Close>
          </header>
          {isText ? (
            <ScrollRegion label={title} className="min-h-0 overflow-y-auto px-5 pb-5 pt-3">
              {children}
            </ScrollRegion>
          ) : (
            <div className="min-h-0 overflow-y-auto px-5 pb-5 pt-3">{children}</div>
          )}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
