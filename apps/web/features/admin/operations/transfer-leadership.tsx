'use client';

import type { ClusterGroup, ClusterNode } from '@fleetlm/client/admin';
import { useState } from 'react';
import { formatPerSecond } from '@/common/format-figures.ts';
import { Button } from '@/ui/button.tsx';
import { lagOf } from '../overview/cluster-health.ts';
import { OperationDialog } from './operation-dialog.tsx';
import type { OperationTarget } from './operation-words.ts';
import { useEntryRate } from './use-entry-rate.ts';

export interface TransferLeadershipProps {
  readonly group: ClusterGroup;
  readonly nodes: readonly ClusterNode[];
  readonly isLive: boolean;
}

/** Entries that a replica may be behind: one that is further behind would keep the group waiting. */
const LAG_MAX = 100;

/** Hands a group to another replica; one that can not lead now stays in its place and says why. */
export function TransferLeadership({ group, nodes, isLive }: TransferLeadershipProps) {
  const [target, setTarget] = useState<OperationTarget | null>(null);
  const rate = useEntryRate(group.group, group.commit);
  const followers = group.voters.filter((id) => id !== group.leader);
  return (
    <div className="border-t border-border px-4 py-3">
      <h3 className="mb-1 font-medium">Transfer leadership</h3>
      <p className="mb-2 text-muted">
        {rate === null ? 'Commit rate unknown' : `Commits ${formatPerSecond(rate)}`}. Messages sent
        during the transfer are queued until it completes.
      </p>
      {followers.length === 0 ? (
        <p className="text-muted">This group has no other replica.</p>
      ) : (
        <ul className="flex flex-wrap gap-2">
          {followers.map((id) => {
            const lag = lagOf(group, id);
            const reason = whyNot(group, id, lag, nodes, isLive);
            return (
              <li key={id}>
                <Button
                  size="sm"
                  disabled={reason !== null}
                  reason={reason ?? undefined}
                  onClick={() => setTarget({ kind: 'transfer', group: group.group, node_id: id })}
                >
                  to {id} <span className="text-muted">{lagWords(lag)}</span>
                </Button>
              </li>
            );
          })}
        </ul>
      )}
      {target !== null && <OperationDialog target={target} onClose={() => setTarget(null)} />}
    </div>
  );
}

function lagWords(lag: number | null): string {
  if (lag === null) return 'lag unknown';
  return lag === 0 ? 'up to date' : `${lag} behind`;
}

/** Why a replica can not be handed the group now; null: it can. */
function whyNot(
  { leader }: ClusterGroup,
  id: string,
  lag: number | null,
  nodes: readonly ClusterNode[],
  isLive: boolean,
): string | null {
  if (!isLive) return 'The report is too old to act on.';
  if (leader === null) return 'The group has no leader now.';
  if (!nodes.some(({ node_id, state }) => node_id === id && state === 'up'))
    return `${id} is down.`;
  if (lag === null) return `The lag of ${id} is not known yet.`;
  return lag > LAG_MAX ? `${id} is ${lag} entries behind: at most ${LAG_MAX} are allowed.` : null;
}
