'use client';

import { useTransition } from 'react';
import { toast } from 'sonner';
import { called } from '@/common/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { replay } from '../actions.ts';

interface ReplayButtonProps {
  readonly agentId: string;
  readonly which: { readonly ids: readonly string[] } | { readonly group: string };
  readonly label: string;
}

/** Has the agent called again; what is refused is said with its reason. */
export function ReplayButton({ agentId, which, label }: ReplayButtonProps) {
  const [isPending, start] = useTransition();
  const run = () =>
    start(async () => {
      const outcome = await called(
        replay(agentId, 'ids' in which ? { ids: [...which.ids] } : which),
      );
      if (!outcome.ok) {
        toast.error(outcome.problem.detail);
        return;
      }
      const { accepted, refused, remaining } = outcome.value;
      const left = remaining === null || remaining === 0 ? '' : ` ${remaining} are left.`;
      if (accepted > 0)
        toast.success(
          `${accepted === 1 ? 'One turn is' : `${accepted} turns are`} being answered.${left}`,
        );
      const reason = refused[0]?.detail;
      if (reason !== undefined) toast.error(`${refused.length} not taken up: ${reason}`);
    });
  return (
    <Button size="sm" onClick={run} disabled={isPending}>
      {isPending ? 'Replaying…' : label}
    </Button>
  );
}
