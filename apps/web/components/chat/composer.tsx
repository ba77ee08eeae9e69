'use client';

import { ArrowUp, Square } from 'lucide-react';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { readDraft, writeDraft } from '@/lib/drafts.ts';
import { Button } from '../ui/button.tsx';

/** In UTF-8 bytes: what the cluster takes of a message, with room for its JSON. */
const TEXT_BYTES_MAX = 200 * 1024;

export interface ComposerProps {
  readonly sessionId: string;
  readonly agentName: string;
  readonly isReplying: boolean;
  readonly isArchived: boolean;
  /** False: the message was not taken over, and stays here. */
  readonly onSend: (text: string) => boolean;
  readonly onStop: () => Promise<void>;
}

/** Where messages are written. Enter sends, Shift+Enter begins a line, Escape stops the answer. */
export function Composer({
  sessionId,
  agentName,
  isReplying,
  isArchived,
  onSend,
  onStop,
}: ComposerProps) {
  const [text, setText] = useDraft(sessionId);
  const field = useRef<HTMLTextAreaElement>(null);
  useAutosize(field, text);
  useEffect(() => focusOnDesktop(field.current), []);
  const isTooLong =
    text.length > TEXT_BYTES_MAX / 4 && new TextEncoder().encode(text).length > TEXT_BYTES_MAX;
  const isSendable = text.trim() !== '' && !isTooLong;
  const send = () => {
    if (isSendable && onSend(text.trim())) setText('');
    focusOnDesktop(field.current);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event) || isTouch()) return;
    event.preventDefault();
    send();
  };
  if (isArchived)
    return (
      <p className="border-t border-border p-4 text-center text-sm text-muted">
        This conversation is archived. Its messages stay readable.
      </p>
    );
  return (
    <form
      className="shrink-0 px-3 pb-[max(12px,env(safe-area-inset-bottom))] pt-1"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="mx-auto flex max-w-[calc(72ch+24px)] items-end gap-2 rounded-lg border border-strong bg-surface p-1.5 focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-focus">
        <label htmlFor="composer" className="sr-only">
          Message {agentName}
        </label>
        <textarea
          id="composer"
          ref={field}
          value={text}
          rows={1}
          placeholder={`Message ${agentName}…`}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          aria-invalid={isTooLong}
          aria-describedby={isTooLong ? 'composer-too-long' : undefined}
          className="max-h-[40dvh] min-h-9 flex-1 resize-none bg-transparent px-2 py-1.5 text-lg leading-6 outline-none placeholder:text-muted"
        />
        {isReplying && (
          <Button
            size="md"
            title="Stop (Esc)"
            onClick={() => {
              // The button goes with the answer, and would take the focus with it.
              focusOnDesktop(field.current);
              void onStop();
            }}
          >
            <Square size={13} aria-hidden fill="currentColor" /> Stop
          </Button>
        )}
        <Button
          type="submit"
          variant="primary"
          size="icon"
          aria-label="Send"
          disabled={!isSendable}
        >
          <ArrowUp size={18} aria-hidden />
        </Button>
      </div>
      {isTooLong && (
        <p
          id="composer-too-long"
          role="alert"
          className="mx-auto mt-1 max-w-[72ch] text-sm text-critical"
        >
          This is too long for one message: at most {TEXT_BYTES_MAX / 1024} kB.
        </p>
      )}
    </form>
  );
}

/** Enter that ends the composing of a word is not Enter. Safari says so only by the key code. */
function isComposing(event: KeyboardEvent<HTMLTextAreaElement>): boolean {
  return event.nativeEvent.isComposing || event.keyCode === 229;
}

/** On a touch keyboard Enter is a new line: the button sends. */
function isTouch(): boolean {
  return window.matchMedia('(pointer: coarse)').matches;
}

function useDraft(sessionId: string): readonly [string, (text: string) => void] {
  const [text, setText] = useState('');
  useEffect(() => setText((before) => before || readDraft(sessionId)), [sessionId]);
  const change = (next: string) => {
    setText(next);
    writeDraft(sessionId, next);
  };
  return [text, change];
}

function useAutosize(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [field, text]);
}

/** On touch it would bring up the keyboard, unasked. */
function focusOnDesktop(field: HTMLTextAreaElement | null): void {
  if (!isTouch()) field?.focus({ preventScroll: true });
}
