'use client';

import type { OperationPlan } from '@fleetlm/client/admin';
import { type UseQueryResult, useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useId, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Form } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { isConversationGroup } from '../groups/grid.ts';
import { OPERATION_MEANINGS, type OperationTarget, operationTitle } from './operation-words.ts';
import { PlanMoves } from './plan-moves.tsx';
import { planOperation, startOperation } from './queries.ts';

export interface OperationDialogProps {
  readonly target: OperationTarget;
  readonly onClose: () => void;
}

const MOVES_SHOWN = 8;

/** What a change would do, before it is begun; what stands against it has to be accepted by name. */
export function OperationDialog({ target, onClose }: OperationDialogProps) {
  const [typed, setTyped] = useState('');
  const { kind, node_id: nodeId, group } = target;
  const preflight = useQuery({
    queryKey: ['plan', target],
    queryFn: () => planOperation(target),
    // Of now: the next dialog asks again.
    gcTime: 0,
  });
  const operation = useMutation({
    mutationFn: () => startOperation(target),
    onError: (error) => toast.error(error.message),
  });
  const plan = preflight.data ?? null;
  const concerns = plan === null ? [] : concernsOf(target, plan);
  const password = nodeId ?? 'rebalance';
  const isAccepted = concerns.length === 0 || typed.trim() === password;
  const title = operationTitle({ kind, node_id: nodeId ?? null, group: group ?? null });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={OPERATION_MEANINGS[kind]}
      className="w-[min(92vw,560px)]"
    >
      {operation.data === undefined ? (
        <Form className="flex flex-col gap-4" onSend={() => operation.mutate()}>
          <Findings preflight={preflight} target={target} />
          {plan?.refusal === null && concerns.length > 0 && (
            <Acceptance concerns={concerns} password={password} typed={typed} onType={setTyped} />
          )}
          <footer className="sticky bottom-0 -mb-5 flex flex-wrap justify-end gap-2 bg-surface pb-5 pt-2">
            <Button onClick={onClose}>Not now</Button>
            <Button
              type="submit"
              variant={kind === 'remove' || kind === 'replace' ? 'danger' : 'primary'}
              className="h-auto min-h-9 max-w-full whitespace-normal"
              disabled={
                plan === null || plan.refusal !== null || !isAccepted || operation.isPending
              }
            >
              {operation.isPending ? 'Starting…' : title}
            </Button>
          </footer>
        </Form>
      ) : (
        <div className="flex flex-col gap-4">
          <Notice tone="ok" role="status">
            Started: operation <span className="tabular">{operation.data.id}</span>.
          </Notice>
          <footer className="sticky bottom-0 -mb-5 flex flex-wrap justify-end gap-2 bg-surface pb-5 pt-2">
            <Button onClick={onClose}>Close</Button>
            <Button asChild variant="primary">
              <Link href={`/admin/operations/${encodeURIComponent(operation.data.id)}`}>
                View operation
              </Link>
            </Button>
          </footer>
        </div>
      )}
    </Dialog>
  );
}

/** What is worse afterwards than an operator would expect: each has to be accepted. */
function concernsOf({ kind }: OperationTarget, plan: OperationPlan): readonly string[] {
  const takesAway = kind === 'drain' || kind === 'remove' || kind === 'replace';
  const tolerance =
    takesAway && !plan.after.can_lose_a_node
      ? ['Afterwards the cluster does not tolerate a node failure.']
      : [];
  return [...tolerance, ...plan.warnings];
}

function Findings({
  preflight,
  target,
}: {
  readonly preflight: UseQueryResult<OperationPlan>;
  readonly target: OperationTarget;
}) {
  switch (preflight.status) {
    case 'pending':
      return (
        <p role="status" className="min-h-24 text-muted">
          Planning…
        </p>
      );
    case 'error':
      return (
        <Notice tone="critical" role="alert">
          {preflight.error.message}
        </Notice>
      );
    case 'success':
      return <PlanTable plan={preflight.data} target={target} />;
    default:
      return preflight satisfies never;
  }
}

function PlanTable({
  plan,
  target,
}: {
  readonly plan: OperationPlan;
  readonly target: OperationTarget;
}) {
  const { refusal, moves, leaders_to_move: leaders, after } = plan;
  if (refusal !== null)
    return (
      <Notice tone="critical" role="alert">
        Not possible now: {refusal}.
      </Notice>
    );
  return (
    <div className="flex flex-col gap-3">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <dt className="text-muted">Groups with moving replicas</dt>
        <dd className="tabular">{movedGroups(moves)}</dd>
        <dt className="text-muted">Leaderships moving</dt>
        <dd className="tabular">{leaders}</dd>
        <dt className="text-muted">Replicas per group afterwards</dt>
        <dd className="tabular">at least {after.copies_min}</dd>
        <dt className="text-muted">Active nodes afterwards</dt>
        <dd className="tabular">{after.active_nodes}</dd>
        <dt className="text-muted">Tolerates a node failure afterwards</dt>
        <dd className={after.can_lose_a_node ? 'text-ok' : 'font-medium text-warn'}>
          {after.can_lose_a_node ? 'yes' : '! no'}
        </dd>
      </dl>
      {moves.length + plan.leader_moves.length > 0 && (
        <details>
          <summary className="mb-2 cursor-pointer text-accent">Moves by group</summary>
          <PlanMoves plan={plan} />
        </details>
      )}
      {moves.length === 0 && leaders === 0 && target.kind !== 'transfer' && (
        <p className="text-muted">Nothing has to move.</p>
      )}
      {moves.length > MOVES_SHOWN && target.kind !== 'rebalance' && (
        <p className="text-xs text-muted">
          At most twelve groups move at once. It can be cancelled at any time.
        </p>
      )}
    </div>
  );
}

/** As its progress counts them: the group of the cluster's own facts is not one of those that hold conversations. */
function movedGroups(moves: OperationPlan['moves']): string {
  const conversations = moves.filter(({ group }) => isConversationGroup(group)).length;
  return conversations === moves.length ? String(conversations) : `${conversations}, and system`;
}

interface AcceptanceProps {
  readonly concerns: readonly string[];
  readonly password: string;
  readonly typed: string;
  readonly onType: (text: string) => void;
}

function Acceptance({ concerns, password, typed, onType }: AcceptanceProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-2 rounded-md border border-border bg-raised p-3">
      <ul className="flex flex-col gap-1">
        {concerns.map((concern) => (
          <li key={concern} className="text-warn">
            ! {concern}
          </li>
        ))}
      </ul>
      <label htmlFor={id} className="text-sm">
        To continue anyway, type <strong>{password}</strong>
      </label>
      <input
        id={id}
        value={typed}
        onChange={({ target }) => onType(target.value)}
        autoComplete="off"
        spellCheck={false}
        className="h-9 rounded-md border border-strong bg-surface px-3"
      />
    </div>
  );
}
