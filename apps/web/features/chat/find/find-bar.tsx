'use client';

import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { Button } from '@/ui/button.tsx';
import { FIND_LENGTH_MIN } from './found-messages.ts';
import type { Find } from './use-find.ts';
import { useFoundMarks } from './use-found-marks.ts';

export interface FindBarProps {
  readonly find: Find;
  /** Where the focus goes when it is closed. */
  readonly onClose: () => void;
}

/** Ctrl or Cmd and F: finds in this conversation. Pressed once more in it, the browser's own find opens. */
export function FindBar({ find, onClose }: FindBarProps) {
  const field = useRef<HTMLInputElement>(null);
  useFindKey(field, find.open);
  useFoundMarks(find.isOpen ? find.text : '', find.seq);
  if (!find.isOpen) return null;
  const close = (): void => {
    find.close();
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      find.go(event.shiftKey ? 'newer' : 'older');
    }
  };
  return (
    <search
      aria-label="Find in this conversation"
      className="flex shrink-0 flex-wrap items-center gap-x-1.5 gap-y-1 border-b border-border bg-surface px-3 py-1.5"
      onKeyDown={onKeyDown}
    >
      <label htmlFor="find" className="sr-only">
        Find in this conversation
      </label>
      <input
        id="find"
        ref={field}
        // biome-ignore lint/a11y/noAutofocus: it was opened to type here
        autoFocus
        type="text"
        value={find.text}
        onChange={({ target }) => find.setText(target.value)}
        maxLength={200}
        autoComplete="off"
        placeholder="Find in this conversation"
        className="h-8 min-w-40 flex-1 rounded-md border border-strong bg-bg px-2.5 placeholder:text-muted"
      />
      <span role="status" className="tabular min-w-16 text-center text-xs text-muted">
        {countOf(find)}
      </span>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label="Older match"
        title="Older match (Enter)"
        disabled={find.seqs.length === 0}
        onClick={() => find.go('older')}
      >
        <ChevronUp size={16} aria-hidden />
      </Button>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label="Newer match"
        title="Newer match (Shift+Enter)"
        disabled={find.seqs.length === 0}
        onClick={() => find.go('newer')}
      >
        <ChevronDown size={16} aria-hidden />
      </Button>
      <Button variant="ghost" size="icon-sm" aria-label="Close the search" onClick={close}>
        <X size={16} aria-hidden />
      </Button>
      <HowFar find={find} />
    </search>
  );
}

/** A search that has not seen everything says so. */
function HowFar({ find }: { readonly find: Find }) {
  if (find.text.trim().length < FIND_LENGTH_MIN) return null;
  if (find.failure !== null)
    return (
      <p role="alert" className="flex w-full items-center gap-2 text-xs text-critical">
        Looked back to #{find.lookedBackTo} only: {find.failure}
        <Button size="sm" onClick={find.lookFurther}>
          Look further
        </Button>
      </p>
    );
  return (
    <p className="w-full text-xs text-muted">
      {find.isLooking
        ? `Looking further back… looked back to #${find.lookedBackTo}`
        : 'The whole conversation was looked through. Enter: older, Shift+Enter: newer.'}
    </p>
  );
}

function countOf({ text, seqs, seq }: Find): string {
  if (text.trim().length < FIND_LENGTH_MIN) return '';
  if (seq === null) return 'none';
  return `${seqs.length - seqs.indexOf(seq)} of ${seqs.length}`;
}

function useFindKey(field: React.RefObject<HTMLInputElement | null>, open: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      const isFind = event.key.toLowerCase() === 'f' && (event.ctrlKey || event.metaKey);
      if (!isFind || event.shiftKey || event.altKey) return;
      // Once more: they want the browser's.
      if (field.current !== null && document.activeElement === field.current) return;
      event.preventDefault();
      open();
      field.current?.focus();
      field.current?.select();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [field, open]);
}
