'use client';

import type { ContextAnswer } from '@fleetlm/protocol';
import { useState } from 'react';
import { formatNumber } from '@/common/format-figures.ts';
import type { Outcome } from '@/common/outcome.ts';
import { Notice } from '@/ui/notice.tsx';
import { ContextMessages } from './context-messages.tsx';
import { OverridesForm } from './overrides-form.tsx';
import { SummaryForm } from './summary-form.tsx';

interface ContextViewProps {
  readonly sessionId: string;
  readonly context: ContextAnswer;
}

/** What the agent would be sent of a conversation now, and what can be changed about it. */
export function ContextView({ sessionId, context: given }: ContextViewProps) {
  const [context, setContext] = useState(given);
  const [problem, setProblem] = useState<string | null>(null);
  const take = (outcome: Outcome<ContextAnswer>): boolean => {
    setProblem(outcome.ok ? null : outcome.problem.detail);
    if (outcome.ok) setContext(outcome.value);
    return outcome.ok;
  };
  return (
    <div className="flex flex-col gap-5">
      {problem !== null && (
        <Notice tone="critical" role="alert">
          {problem}
        </Notice>
      )}
      <p className="text-sm text-muted">{words(context)}</p>
      <ContextMessages messages={context.messages} />
      <div className="grid items-start gap-4 md:grid-cols-2">
        <OverridesForm sessionId={sessionId} context={context} onSaved={take} />
        <SummaryForm sessionId={sessionId} onSaved={take} />
      </div>
    </div>
  );
}

function words(context: ContextAnswer): string {
  const { messages, tokens, token_budget, truncated, compacted_through_seq, omitted } = context;
  const budget = token_budget === null ? '' : ` of ${formatNumber(token_budget)}`;
  return [
    `${formatNumber(messages.length)} messages, about ${formatNumber(tokens)}${budget} tokens.`,
    compacted_through_seq === null ? '' : `A summary stands for #1 to #${compacted_through_seq}.`,
    truncated ? 'Older messages are left out.' : '',
    omitted > 0 ? `${formatNumber(omitted)} older ones are sent and not shown.` : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}
