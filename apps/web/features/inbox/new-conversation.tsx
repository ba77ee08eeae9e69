'use client';

import { ulid } from '@fleetlm/client';
import { useQuery } from '@tanstack/react-query';
import { Bot } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Notice } from '@/ui/notice.tsx';
import { type AgentChoice, fetchAgents, startConversation } from './queries.ts';

export interface NewConversationProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Chooses an agent and opens a conversation with it. */
export function NewConversation({ open, onOpenChange }: NewConversationProps) {
  const agents = useQuery({ queryKey: ['agents'], queryFn: fetchAgents, enabled: open });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="New conversation"
      description="Who do you want to talk to?"
    >
      {agents.status === 'pending' && <p className="py-4 text-sm text-muted">Loading agents…</p>}
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
      {agents.status === 'success' && (
        <AgentChoices agents={agents.data} onChosen={() => onOpenChange(false)} />
      )}
    </Dialog>
  );
}

function AgentChoices({
  agents,
  onChosen,
}: {
  readonly agents: readonly AgentChoice[];
  readonly onChosen: () => void;
}) {
  const router = useRouter();
  // A second click, or another one after an answer that was lost, starts the same conversation.
  const [attempt, setAttempt] = useState(() => ulid());
  const [starting, setStarting] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const start = async (agentId: string) => {
    setStarting(agentId);
    setError(null);
    try {
      const sessionId = await startConversation(agentId, `${attempt}.${agentId}`);
      setAttempt(ulid());
      router.push(`/inbox/${sessionId}`);
      onChosen();
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setStarting(null);
    }
  };
  if (agents.length === 0)
    return <p className="py-4 text-sm text-muted">No agent is registered yet.</p>;
  return (
    <>
      {error !== null && (
        <Notice tone="critical" role="alert" className="mb-3">
          {error}
        </Notice>
      )}
      <ul aria-label="Agents" className="flex flex-col gap-1">
        {agents.map((agent) => (
          <li key={agent.id}>
            <button
              type="button"
              disabled={starting !== null}
              onClick={() => {
                void start(agent.id);
              }}
              className="flex w-full items-center gap-3 rounded-md px-3 py-2.5 text-left hover:bg-raised disabled:opacity-60"
            >
              <span
                aria-hidden
                className="grid size-9 place-items-center rounded-full bg-raised text-accent"
              >
                <Bot size={18} />
              </span>
              <span className="min-w-0">
                <span className="block truncate font-medium">{agent.name}</span>
                <span className="tabular block truncate text-xs text-muted">{agent.id}</span>
              </span>
              {starting === agent.id && (
                <span className="ml-auto text-xs text-muted">Starting…</span>
              )}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
