'use client';

import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';
import { FieldChanges, focusFirst } from './dialog-fields.ts';
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

const UNSAVED = 'Discard what you typed?';

/**
 * A modal window. The focus begins on its first field, or on its first button, which is the least destructive choice, and stays
 * inside. Escape closes it and gives the focus back; when something was typed that would be lost, it asks first.
 */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  className,
  isText = false,
}: DialogProps) {
  const content = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const before = useRef<Element | null>(null);
  const [changes] = useState(() => new FieldChanges());
  const [isAsking, setIsAsking] = useState(false);
  // What is loaded after the window opened is not missed: until then the focus is on the window itself.
  useEffect(() => {
    if (open && document.activeElement === content.current) focusFirst(body.current);
  });
  useEffect(() => {
    if (!open) setIsAsking(false);
    // A field that takes the focus by itself.
    else if (document.activeElement !== null) changes.remember(document.activeElement);
  }, [open, changes]);
  const close = () => {
    changes.forget();
    setIsAsking(false);
    onOpenChange(false);
  };
  const onPrimitiveChange = (isOpen: boolean) => {
    if (isOpen) onOpenChange(true);
    else if (isAsking) setIsAsking(false);
    else if (changes.isAny()) setIsAsking(true);
    else close();
  };
  return (
    <Primitive.Root open={open} onOpenChange={onPrimitiveChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 scrim" />
        <Primitive.Content
          ref={content}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            before.current = document.activeElement;
            changes.forget();
            setIsAsking(false);
            if (!focusFirst(body.current)) content.current?.focus();
          }}
          // Radix knows of a trigger only; these windows are opened by state.
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (before.current instanceof HTMLElement) before.current.focus();
          }}
          onFocus={({ target }) => changes.remember(target)}
          className={classNames(
            'fixed left-1/2 top-[8dvh] z-50 flex max-h-[84dvh] w-[min(92vw,480px)] -translate-x-1/2 flex-col',
            'rounded-lg border border-border bg-surface text-text shadow-window',
            className,
          )}
        >
          <header className="flex items-start justify-between gap-4 px-5 pt-4">
            <div className="min-w-0 [overflow-wrap:anywhere]">
              <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
              {description !== undefined && (
                <Primitive.Description className="text-sm text-muted">
                  {description}
                </Primitive.Description>
              )}
            </div>
            <Primitive.Close asChild>
              <Button variant="ghost" size="icon-sm" aria-label="Close" className="shrink-0">
                <X size={16} aria-hidden />
              </Button>
            </Primitive.Close>
          </header>
          {isText ? (
            <ScrollRegion label={title} className="min-h-0 overflow-y-auto px-5 pb-5 pt-3">
              {children}
            </ScrollRegion>
          ) : (
            <div ref={body} className="min-h-0 overflow-y-auto px-5 pb-5 pt-3">
              {children}
            </div>
          )}
          {isAsking && (
            <UnsavedQuestion
              onKeep={() => {
                setIsAsking(false);
                changes.focusLast();
              }}
              onDiscard={close}
            />
          )}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function UnsavedQuestion({
  onKeep,
  onDiscard,
}: {
  readonly onKeep: () => void;
  readonly onDiscard: () => void;
}) {
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  return (
    <div
      role="alertdialog"
      aria-label={UNSAVED}
      className="flex flex-wrap items-center justify-end gap-2 border-t border-border px-5 py-3"
    >
      <p className="mr-auto text-sm font-medium">{UNSAVED}</p>
      <Button ref={keep} size="sm" onClick={onKeep}>
        Keep editing
      </Button>
      <Button size="sm" variant="danger" onClick={onDiscard}>
        Discard
      </Button>
    </div>
  );
}

export interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** What happens, and what does not. */
  readonly description: string;
  /** The two answers: the one that changes nothing has the focus. */
  readonly keep: string;
  readonly act: string;
  readonly isPending?: boolean;
  readonly onConfirm: () => void;
}

/** A question before something that can not be undone by one click. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  description,
  keep,
  act,
  isPending = false,
  onConfirm,
}: ConfirmDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title} description={description}>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>{keep}</Button>
        <Button variant="danger" disabled={isPending} onClick={onConfirm}>
          {act}
        </Button>
      </div>
    </Dialog>
  );
}
