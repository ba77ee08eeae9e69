'use client';

import { useQuery } from '@tanstack/react-query';
import { type AgentChoice, AgentList, fetchAgents, useStart } from '@/features/start/index.ts';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Notice } from '@/ui/notice.tsx';

export interface NewConversationProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Chooses an agent and opens a conversation with it. */
export function NewConversation({ open, onOpenChange }: NewConversationProps) {
  const agents = useQuery({ queryKey: ['agents'], queryFn: fetchAgents, enabled: open });
  const { start, startingId, error } = useStart();
  const choose = async ({ id }: AgentChoice): Promise<void> => {
    if (await start(id, '')) onOpenChange(false);
  };
  const trouble = error ?? (agents.status === 'error' ? agents.error.message : null);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="New conversation"
      description="Choose the agent to talk to."
    >
      {agents.status === 'pending' && <p className="py-4 text-sm text-muted">Loading agents…</p>}
      {trouble !== null && (
        <Notice
          tone="critical"
          role="alert"
          className="mb-3"
          action={
            agents.status === 'error' ? (
              <Button size="sm" onClick={() => void agents.refetch()}>
                Try again
              </Button>
            ) : undefined
          }
        >
          {trouble}
        </Notice>
      )}
      {agents.status === 'success' && (
        <AgentList
          agents={agents.data}
          startingId={startingId}
          onChoose={(agent) => void choose(agent)}
        />
      )}
    </Dialog>
  );
}
