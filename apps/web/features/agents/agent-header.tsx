import type { AgentBody } from '@fleetlm/protocol';
import clsx from 'clsx';
import { ChevronLeft } from 'lucide-react';
import Link from 'next/link';
import { Avatar } from '@/ui/brand/avatar.tsx';

/** Which agent this is, and where its calls go. */
export function AgentHeader({ agent }: { readonly agent: AgentBody }) {
  const isEnabled = agent.status === 'enabled';
  return (
    <header className="flex flex-col gap-1">
      <Link
        href="/agents"
        className="flex w-fit items-center gap-1 text-sm text-muted hover:text-text"
      >
        <ChevronLeft size={14} aria-hidden /> Agents
      </Link>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Avatar id={agent.id} name={agent.name} />
        <h1 className="text-xl font-semibold tracking-tight">{agent.name}</h1>
        <span className={clsx('text-sm', isEnabled ? 'text-ok' : 'text-muted')}>
          <span aria-hidden>{isEnabled ? '●' : '○'}</span> {agent.status}
        </span>
      </div>
      {agent.description !== null && <p className="text-muted">{agent.description}</p>}
      <p className="tabular break-all text-xs text-muted">
        {agent.id} · POST {agent.origin_url}
        {agent.webhook_path}
      </p>
    </header>
  );
}
