'use client';

import { Bot } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Notice } from '@/ui/notice.tsx';
import { type AgentChoice, fetchAgents, startConversation } from './conversation-requests.ts';

type Agents =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly agents: readonly AgentChoice[] }
  | { readonly status: 'failed'; readonly detail: string };

export interface NewConversationProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Chooses an agent and opens a conversation with it. */
export function NewConversation({ open, onOpenChange }: NewConversationProps) {
  const [agents, setAgents] = useState<Agents>({ status: 'loading' });
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks again
  useEffect(() => {
    if (!open) return;
    let isCurrent = true;
    setAgents({ status: 'loading' });
    fetchAgents().then(
      (list) => isCurrent && setAgents({ status: 'ready', agents: list }),
      (error: Error) => isCurrent && setAgents({ status: 'failed', detail: error.message }),
    );
    return () => {
      isCurrent = false;
    };
  }, [open, round]);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="New conversation"
      description="Who do you want to talk to?"
    >
      {agents.status === 'loading' && <p className="py-4 text-sm text-muted">Loading agents…</p>}
      {agents.status === 'failed' && (
        <Notice
          tone="critical"
          role="alert"
          action={
            <Button size="sm" onClick={() => setRound((before) => before + 1)}>
              Try again
            </Button>
          }
        >
          {agents.detail}
        </Notice>
      )}
      {agents.status === 'ready' && (
        <AgentChoices agents={agents.agents} onChosen={() => onOpenChange(false)} />
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
  const [starting, setStarting] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const start = async (agentId: string) => {
    setStarting(agentId);
    setError(null);
    try {
      const sessionId = await startConversation(agentId);
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
