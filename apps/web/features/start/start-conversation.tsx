'use client';

import { useFleetClient, useInbox } from '@fleetlm/client/react';
import { useQuery } from '@tanstack/react-query';
import { ArrowUp, ChevronDown } from 'lucide-react';
import { useQueryState } from 'nuqs';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { readDraft, writeDraft } from '@/common/drafts.ts';
import { COMPOSED_TEXT_BYTES_MAX } from '@/common/limits.ts';
import { isLongerThan } from '@/common/text/json-length.ts';
import { Avatar } from '@/ui/brand/avatar.tsx';
import { Mark } from '@/ui/brand/mark.tsx';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Form } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { AgentList } from './agent-list.tsx';
import { type AgentChoice, recentAgents } from './agents-found.ts';
import { fetchAgents } from './queries.ts';
import { useStart } from './use-start.ts';

/** The place of the draft of a message that has no conversation yet. */
const NEW = 'new';

export interface StartConversationProps {
  /** What stands there while no agent is registered. */
  readonly children: ReactNode;
}

/** What stands where no conversation is open: write first, and say with whom. */
export function StartConversation({ children }: StartConversationProps) {
  const agents = useQuery({ queryKey: ['agents'], queryFn: fetchAgents });
  return (
    <section
      aria-label="Start a conversation"
      className="flex h-full flex-col items-center overflow-y-auto px-6 py-8"
    >
      <div className="my-auto flex w-full max-w-[640px] flex-col gap-6">
        {agents.status === 'error' && (
          <Notice
            tone="critical"
            role="alert"
            action={
              <Button size="sm" onClick={() => void agents.refetch()}>
                Try again
              </Button>
            }
          >
            {agents.error.message}
          </Notice>
        )}
        {agents.status === 'success' && agents.data.length === 0 && children}
        {agents.status === 'success' && agents.data.length > 0 && (
          <>
            <header className="flex flex-col items-center gap-4 text-center">
              <Mark size={48} />
              <h2 className="text-2xl font-semibold tracking-tight">What would you like to ask?</h2>
            </header>
            <StartForm agents={agents.data} />
          </>
        )}
      </div>
    </section>
  );
}

/** For a list of at least one agent. */
export function StartForm({ agents }: { readonly agents: readonly AgentChoice[] }) {
  const { userId } = useFleetClient();
  const recent = recentAgents(agents, useInbox().entries);
  const [chosenId, setChosenId] = useQueryState('agent');
  const [text, setText] = useStoredDraft(userId);
  const [isChoosing, setIsChoosing] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const { start, startingId, error } = useStart();
  const agent = agents.find(({ id }) => id === chosenId) ?? recent[0] ?? agents[0];
  if (agent === undefined) return null;
  const isTooLong = isLongerThan(text, COMPOSED_TEXT_BYTES_MAX);
  const isSendable = text.trim() !== '' && !isTooLong && startingId === null;
  const send = async (): Promise<void> => {
    if (isSendable && (await start(agent.id, text.trim()))) setText('');
  };
  const choose = ({ id }: AgentChoice): void => {
    void setChosenId(id);
    setIsChoosing(false);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    if (event.keyCode === 229 || window.matchMedia('(pointer: coarse)').matches) return;
    event.preventDefault();
    void send();
  };
  const others = recent.filter(({ id }) => id !== agent.id);
  return (
    <>
      <Form
        onSend={() => send()}
        className="flex flex-col gap-2 rounded-xl border border-strong bg-surface p-3 shadow-float focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-focus"
      >
        <label htmlFor="first-message" className="sr-only">
          First message to {agent.name}
        </label>
        <textarea
          id="first-message"
          ref={field}
          dir="auto"
          rows={3}
          value={text}
          placeholder={`Ask ${agent.name}…`}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={onKeyDown}
          aria-invalid={isTooLong}
          aria-describedby={isTooLong ? 'first-message-too-long' : undefined}
          className="max-h-[40dvh] resize-none bg-transparent px-1 text-lg leading-6 outline-none placeholder:text-muted"
        />
        <div className="flex items-center justify-between gap-2">
          <Button variant="ghost" className="min-w-0 pl-1.5" onClick={() => setIsChoosing(true)}>
            <Avatar id={agent.id} name={agent.name} size="sm" />
            <span className="truncate text-text">
              <span className="sr-only">Agent: </span>
              {agent.name}
              <span className="sr-only">, choose another one</span>
            </span>
            <ChevronDown size={15} aria-hidden />
          </Button>
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
      </Form>
      {isTooLong && (
        <p id="first-message-too-long" role="alert" className="text-sm text-critical">
          This is too long for one message: at most {COMPOSED_TEXT_BYTES_MAX / 1024} kB of text.
        </p>
      )}
      {error !== null && (
        <Notice tone="critical" role="alert">
          The conversation was not started: {error}
        </Notice>
      )}
      <p className="text-center text-sm text-muted">{agent.description ?? ' '}</p>
      {agent.suggested_prompts.length > 0 && (
        <ul aria-label="Suggested prompts" className="grid gap-2 sm:grid-cols-3">
          {agent.suggested_prompts.map((prompt) => (
            <li key={prompt}>
              <button
                type="button"
                dir="auto"
                onClick={() => {
                  setText(prompt);
                  field.current?.focus();
                }}
                className="h-full w-full rounded-lg border border-border bg-surface p-3 text-start text-sm shadow-card transition-colors duration-120 hover:bg-raised"
              >
                {prompt}
              </button>
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <ul aria-label="Recent agents" className="flex flex-wrap justify-center gap-2">
          {others.map((other) => (
            <li key={other.id}>
              <Button size="sm" className="rounded-full pl-1" onClick={() => choose(other)}>
                <Avatar id={other.id} name={other.name} size="sm" className="rounded-full" />
                {other.name}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Dialog open={isChoosing} onOpenChange={setIsChoosing} title="Choose an agent">
        <AgentList agents={agents} startingId={null} onChoose={choose} />
      </Dialog>
    </>
  );
}

/** What is being written, kept over reloads. */
function useStoredDraft(userId: string): readonly [string, (text: string) => void] {
  const [text, setText] = useState('');
  useEffect(() => setText((before) => before || readDraft(userId, NEW)), [userId]);
  return [
    text,
    (next) => {
      setText(next);
      writeDraft(userId, NEW, next);
    },
  ];
}
