'use client';

import type { FilePart } from '@fleetlm/client';
import { useFleetClient } from '@fleetlm/client/react';
import { ArrowUp, Paperclip, Square } from 'lucide-react';
import {
  type ClipboardEvent,
  type KeyboardEvent,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { readDraft, writeDraft } from '@/common/drafts.ts';
import { COMPOSED_MESSAGE_BYTES_MAX, COMPOSED_TEXT_BYTES_MAX } from '@/common/limits.ts';
import { isLongerThan } from '@/common/text/json-length.ts';
import { Button } from '@/ui/button.tsx';
import { Form } from '@/ui/form.tsx';
import { ComposerExtras } from './composer-extras.tsx';
import { useSlashMenu } from './slash-menu.tsx';
import { type Attachments, useAttachments } from './use-attachments.ts';
import { useFileDrop } from './use-file-drop.ts';

/** A message that is being changed. */
export interface Edited {
  readonly messageId: string;
  readonly seq: number;
  readonly text: string;
}

export interface ComposerProps {
  readonly sessionId: string;
  readonly agentName: string;
  readonly isReplying: boolean;
  readonly isArchived: boolean;
  readonly edited: Edited | null;
  readonly onCancelEdit: () => void;
  /** Up in an empty composer; false: there is nothing to change. */
  readonly onEditLast: () => boolean;
  /** False: the message was not taken over, and stays here. */
  readonly onSend: (text: string, files: readonly FilePart[]) => boolean;
  readonly onStop: () => Promise<void>;
}

/** Where messages are written. Enter sends, Shift+Enter begins a line, Up changes the last one, Escape stops the answer, a slash does something. */
export function Composer(props: ComposerProps) {
  const { sessionId, agentName, isReplying, isArchived, edited, onSend, onStop } = props;
  const { userId } = useFleetClient();
  const [text, setText] = useDraft(userId, sessionId, edited);
  const files = useAttachments(sessionId);
  const isOver = useFileDrop(files.add, isArchived);
  const field = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const slash = useSlashMenu(text, () => setText(''), edited !== null);
  useAutosize(field, text);
  useEffect(() => focusOnDesktop(field.current), []);
  useEffect(() => {
    if (edited !== null) field.current?.focus();
  }, [edited]);
  const isTooLong = isLongerThan(text, COMPOSED_TEXT_BYTES_MAX) || isOverLimit(text, files.parts);
  const isEmpty = text.trim() === '' && files.parts.length === 0;
  const isSendable = !isEmpty && !isTooLong && !files.isPending;
  const send = () => {
    if (isSendable && onSend(text.trim(), files.parts)) {
      setText('');
      files.clear();
    }
    focusOnDesktop(field.current);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(event) || slash.onKeyDown(event)) return;
    if (event.key === 'Escape' && edited !== null) {
      event.preventDefault();
      props.onCancelEdit();
    } else if (event.key === 'ArrowUp' && text === '' && edited === null) {
      if (props.onEditLast()) event.preventDefault();
    } else if (event.key === 'Enter' && !event.shiftKey && !isTouch()) {
      event.preventDefault();
      send();
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const pasted = [...event.clipboardData.files];
    if (pasted.length === 0) return;
    event.preventDefault();
    files.add(pasted);
  };
  if (isArchived)
    return (
      <p className="border-t border-border p-4 text-center text-sm text-muted">
        This conversation is archived. Its messages stay readable.
      </p>
    );
  return (
    <Form
      data-pane="5"
      className="shrink-0 px-3 pb-[max(12px,env(safe-area-inset-bottom))] pt-1"
      onSend={() => send()}
    >
      {slash.menu}
      <ComposerExtras
        edited={edited}
        all={files.all}
        isOver={isOver}
        onCancelEdit={props.onCancelEdit}
        onRetry={files.retry}
        onRemove={files.remove}
      />
      <div className="mx-auto flex max-w-[calc(72ch+24px)] items-end gap-1.5 rounded-lg border border-strong bg-surface p-1.5 focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-focus">
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          onChange={({ target }) => {
            files.add([...(target.files ?? [])]);
            target.value = '';
          }}
        />
        <Button
          variant="ghost"
          size="icon"
          aria-label="Attach files"
          onClick={() => chooser.current?.click()}
        >
          <Paperclip size={17} aria-hidden />
        </Button>
        <label htmlFor="composer" className="sr-only">
          Message {agentName}
        </label>
        <textarea
          id="composer"
          ref={field}
          dir="auto"
          value={text}
          rows={1}
          placeholder={`Message ${agentName}…`}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          {...slash.fieldProps}
          aria-invalid={isTooLong}
          aria-describedby={isTooLong ? 'composer-too-long' : undefined}
          className="max-h-[40dvh] min-h-9 flex-1 resize-none bg-transparent px-1 py-1.5 text-lg leading-6 outline-none placeholder:text-muted"
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
          reason={files.isPending ? waitReason(files) : undefined}
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
          This is too long for one message: at most {COMPOSED_TEXT_BYTES_MAX / 1024} kB of text, and{' '}
          {COMPOSED_MESSAGE_BYTES_MAX / 1024} kB with what is attached.
        </p>
      )}
    </Form>
  );
}

/** Why the message has to wait for its files. */
function waitReason({ all }: Attachments): string {
  return all.some(({ state }) => state.type === 'failed')
    ? 'A file could not be uploaded: try again, or remove it'
    : 'The files are being uploaded';
}

function isOverLimit(text: string, files: readonly FilePart[]): boolean {
  const attached = JSON.stringify(files).length;
  return files.length > 0 && isLongerThan(text, COMPOSED_MESSAGE_BYTES_MAX - attached);
}

/** Enter that ends the composing of a word is not Enter. Safari says so only by the key code. */
function isComposing(event: KeyboardEvent<HTMLTextAreaElement>): boolean {
  return event.nativeEvent.isComposing || event.keyCode === 229;
}

/** On a touch keyboard Enter is a new line: the button sends. */
function isTouch(): boolean {
  return window.matchMedia('(pointer: coarse)').matches;
}

/** What is being written, kept over reloads; while a message is changed, its words instead. */
function useDraft(
  userId: string,
  sessionId: string,
  edited: Edited | null,
): readonly [string, (text: string) => void] {
  const [text, setText] = useState('');
  const [change, setChange] = useState<{ readonly of: string; readonly text: string } | null>(null);
  useEffect(() => setText((before) => before || readDraft(userId, sessionId)), [userId, sessionId]);
  if (edited === null)
    return [
      text,
      (next) => {
        setText(next);
        writeDraft(userId, sessionId, next);
      },
    ];
  const changed = change?.of === edited.messageId ? change.text : edited.text;
  return [changed, (next) => setChange({ of: edited.messageId, text: next })];
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
