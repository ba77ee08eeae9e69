'use client';

import type { AgentStatus, SessionStore } from '@fleetlm/client';
import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/ui/button.tsx';
import { Notice } from '@/ui/notice.tsx';

export interface AgentNoticeProps {
  readonly store: SessionStore;
  readonly agent: AgentStatus;
  readonly agentName: string;
}

/** A failed agent is never silent: what happened, and a way to have it try again. */
export function AgentNotice({ store, agent, agentName }: AgentNoticeProps) {
  const [isRetrying, setIsRetrying] = useState(false);
  if (agent.status !== 'failed') return null;
  const retry = async () => {
    setIsRetrying(true);
    const error = await store.retry();
    setIsRetrying(false);
    if (error !== null) toast.error(`Trying again is not possible now: ${error.message}`);
  };
  return (
    <div className="mx-auto w-full max-w-[calc(72ch+48px)] px-4 pb-2">
      <Notice
        tone="critical"
        role="alert"
        action={
          <Button
            size="sm"
            disabled={isRetrying}
            onClick={() => {
              void retry();
            }}
          >
            <RotateCcw size={14} aria-hidden /> Try again
          </Button>
        }
      >
        <p className="font-medium">{agentName} did not answer.</p>
        {agent.error !== undefined && <p className="text-muted">{agent.error}</p>}
      </Notice>
    </div>
  );
}
