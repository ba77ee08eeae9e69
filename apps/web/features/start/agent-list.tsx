'use client';

import { useState } from 'react';
import { Avatar } from '@/ui/brand/avatar.tsx';
import { type AgentChoice, agentsFound, FILTER_FROM } from './agents-found.ts';

export interface AgentListProps {
  readonly agents: readonly AgentChoice[];
  /** The one that is being started with; null: none. */
  readonly startingId: string | null;
  readonly onChoose: (agent: AgentChoice) => void;
}

/** Agents with what they are for; a field to find one where there are many. */
export function AgentList({ agents, startingId, onChoose }: AgentListProps) {
  const [text, setText] = useState('');
  const { shown, hidden } = agentsFound(agents, text);
  if (agents.length === 0)
    return <p className="py-4 text-sm text-muted">No agent is registered yet.</p>;
  return (
    <div className="flex flex-col gap-2">
      {agents.length >= FILTER_FROM && (
        <input
          type="search"
          aria-label="Find an agent"
          placeholder="Find an agent"
          value={text}
          onChange={({ target }) => setText(target.value)}
          className="h-9 rounded-md border border-strong bg-surface px-3 placeholder:text-muted"
        />
      )}
      <ul aria-label="Agents" className="-mx-2 flex flex-col gap-0.5">
        {shown.map((agent) => (
          <li key={agent.id}>
            <button
              type="button"
              disabled={startingId !== null}
              onClick={() => onChoose(agent)}
              className="flex w-full items-center gap-3 rounded-lg px-2 py-2 text-left outline-offset-[-2px] hover:bg-raised disabled:opacity-60"
            >
              <Avatar id={agent.id} name={agent.name} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{agent.name}</span>
                <span className="block truncate text-sm text-muted">
                  {agent.description ?? agent.id}
                </span>
              </span>
              {startingId === agent.id && <span className="text-xs text-muted">Starting…</span>}
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="text-sm text-muted">No agent is called that.</p>}
      {hidden > 0 && <p className="text-sm text-muted">{hidden} more: type to find one.</p>}
    </div>
  );
}
