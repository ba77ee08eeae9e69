'use client';

import type { AgentBody, AgentStatsAnswer } from '@fleetlm/protocol';
import { CircleAlert, CircleCheck } from 'lucide-react';
import Link from 'next/link';
import { useRef } from 'react';
import { Button } from '@/ui/button.tsx';
import { CopyButton } from '@/ui/copy-button.tsx';
import { type FirstCallState, firstCallState } from './first-call-state.ts';

export interface FirstCallProps {
  readonly agent: Pick<AgentBody, 'id' | 'name' | 'origin_url' | 'webhook_path' | 'adapter'>;
  readonly stats: AgentStatsAnswer['stats'];
}

/** Until an agent has answered for the first time: what is left to do, and whether it has been called. */
export function FirstCall({ agent, stats }: FirstCallProps) {
  const state = firstCallState(stats);
  // An agent that has answered long ago needs none of this; one that does so now is shown.
  const wasWaiting = useRef(state !== 'answered');
  if (state === 'answered' && !wasWaiting.current) return null;
  const doctor = `npx @fleetlm/agent doctor ${agent.origin_url}${agent.webhook_path} --secret "$WEBHOOK_SECRET"`;
  return (
    <section
      aria-label="First call"
      className="flex flex-col gap-4 rounded-xl border border-border bg-surface p-5 shadow-card"
    >
      <Status state={state} agentId={agent.id} />
      {state !== 'answered' && agent.adapter !== 'openai-chat' && (
        <div className="flex flex-col gap-1">
          <p className="text-sm text-muted">
            The doctor calls it as the cluster does, and says what is wrong:
          </p>
          <div className="flex items-center gap-2 rounded-md border border-border bg-raised py-1 pl-3 pr-1">
            <code className="min-w-0 flex-1 break-all text-xs">{doctor}</code>
            <CopyButton text={doctor} label="Copy command" />
          </div>
        </div>
      )}
      <div>
        <Button asChild variant={state === 'answered' ? 'secondary' : 'primary'}>
          <Link href={`/inbox?agent=${encodeURIComponent(agent.id)}`}>Start a conversation</Link>
        </Button>
      </div>
    </section>
  );
}

function Status({ state, agentId }: { readonly state: FirstCallState; readonly agentId: string }) {
  switch (state) {
    case 'waiting':
      return (
        <p role="status" className="flex items-center gap-3 font-medium">
          <span aria-hidden className="size-2.5 animate-pulse rounded-full bg-accent" />
          Waiting for the first call…
        </p>
      );
    case 'failed':
      return (
        <p role="status" className="flex items-center gap-2 font-medium text-critical">
          <CircleAlert size={18} aria-hidden /> The first call failed.
          <Link
            href={`/agents/${encodeURIComponent(agentId)}/deliveries`}
            className="font-normal underline underline-offset-2"
          >
            What went over the wire
          </Link>
        </p>
      );
    case 'answered':
      return (
        <p role="status" className="flex items-center gap-2 font-medium text-ok">
          <CircleCheck size={18} aria-hidden /> The first call was answered.
        </p>
      );
    default:
      return state satisfies never;
  }
}
