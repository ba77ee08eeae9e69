'use client';

import { type Command, NODE_IDS, type WriteState, type WriteView } from '@fleetlm/raft/playground';
import clsx from 'clsx';
import { Check, CircleHelp, Clock, type LucideIcon, Send, X } from 'lucide-react';
import { memo, useState } from 'react';
import { Button } from '@/ui/button.tsx';

const LOOKS: Readonly<
  Record<WriteState, { readonly icon: LucideIcon; readonly word: string; readonly colour: string }>
> = {
  asking: { icon: Clock, word: 'asked', colour: 'text-muted' },
  waiting: { icon: Clock, word: 'waiting', colour: 'text-muted' },
  acknowledged: { icon: Check, word: 'acknowledged', colour: 'text-ok' },
  refused: { icon: X, word: 'refused', colour: 'text-critical' },
  unknown: { icon: CircleHelp, word: 'unknown', colour: 'text-warn' },
};
const SHOWN = 5;

export interface ClientPanelProps {
  readonly writes: readonly WriteView[];
  readonly onPerform: (command: Command) => void;
}

/** The client's writes and what became of each, as far as the client can know. */
export const ClientPanel = memo(function ClientPanel({ writes, onPerform }: ClientPanelProps) {
  const [to, setTo] = useState<number | null>(null);
  const shown = writes.slice(-SHOWN).reverse();
  return (
    <section
      aria-labelledby="client-title"
      className="rounded-lg border border-border bg-surface p-4"
    >
      <h2 id="client-title" className="mb-2 text-lg font-semibold">
        Client
      </h2>
      <div className="flex flex-wrap items-center gap-1.5">
        <Button size="sm" variant="primary" onClick={() => onPerform({ type: 'write', to })}>
          <Send size={14} aria-hidden />
          Write x={writes.length + 1}
        </Button>
        <label className="flex items-center gap-1.5 text-muted">
          to
          <select
            value={to ?? ''}
            onChange={({ target }) => setTo(target.value === '' ? null : Number(target.value))}
            className="h-7 rounded-md border border-strong bg-surface px-1.5 text-text"
          >
            <option value="">the leader</option>
            {NODE_IDS.map((id) => (
              <option key={id} value={id}>
                n{id}
              </option>
            ))}
          </select>
        </label>
      </div>
      {writes.length === 0 && <p className="mt-2 text-muted">No writes yet.</p>}
      <ol aria-label="Writes, newest first" className="mt-2 space-y-1">
        {shown.map((write) => {
          const { icon: Icon, word, colour } = LOOKS[write.state];
          return (
            <li key={write.id} className="flex items-start gap-2">
              <Icon size={14} aria-hidden className={clsx('mt-0.5 shrink-0', colour)} />
              <span className="tabular w-11 shrink-0">{write.text}</span>
              <span className="min-w-0">
                <span className={colour}>{word}</span>
                {write.note !== '' && <span className="text-muted"> · {write.note}</span>}
              </span>
            </li>
          );
        })}
      </ol>
      {writes.length > SHOWN && (
        <p className="mt-1 text-xs text-muted">and {writes.length - SHOWN} before</p>
      )}
    </section>
  );
});
