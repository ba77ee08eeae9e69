'use client';

import type { AgentStatus } from '@fleetlm/client';
import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import { ConversationMenu } from '@/features/inbox/index.ts';
import { Avatar } from '@/ui/brand/avatar.tsx';
import { Button } from '@/ui/button.tsx';
import type { ConversationNames } from './use-conversation-names.ts';

export interface ConversationHeaderProps {
  readonly sessionId: string;
  readonly names: ConversationNames;
  readonly agent: AgentStatus;
}

export function ConversationHeader({ sessionId, names, agent }: ConversationHeaderProps) {
  const { agentId, agentName, title, isPinned, isArchived } = names;
  const state = isArchived ? 'Archived' : describe(agent);
  return (
    <header
      data-pane="3"
      className="flex h-14 shrink-0 items-center gap-3 border-b border-border bg-surface pl-4 pr-2"
    >
      <Button asChild variant="ghost" size="icon-sm" className="md:hidden">
        <Link href="/inbox" aria-label="Back to the inbox">
          <ArrowLeft size={18} aria-hidden />
        </Link>
      </Button>
      <Avatar id={agentId} name={agentName} />
      <div className="min-w-0 flex-1">
        <h2 dir="auto" className="truncate font-semibold leading-tight">
          {title ?? agentName}
        </h2>
        <p className="truncate text-xs text-muted">
          {title === null ? state : `${agentName} · ${state}`}
        </p>
      </div>
      <ConversationMenu
        sessionId={sessionId}
        title={title}
        isPinned={isPinned}
        isArchived={isArchived}
      />
    </header>
  );
}

function describe(agent: AgentStatus): string {
  switch (agent.status) {
    case 'idle':
      return 'Ready';
    case 'waiting':
      return (agent.attempt ?? 0) > 0 ? 'No answer yet, trying again…' : 'About to reply…';
    case 'running':
      return (agent.attempt ?? 1) > 1 ? `Replying… (try ${agent.attempt})` : 'Replying…';
    case 'failed':
      return 'Did not answer';
    default:
      return agent.status satisfies never;
  }
}
