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

/** One that is further behind would keep the group waiting. */
const LAG_MAX = 100;

/** Hands a group to another replica: only those are offered that run and have what the leader has. */
export function TransferLeadership({ group, nodes, isLive }: TransferLeadershipProps) {
  const [target, setTarget] = useState<OperationTarget | null>(null);
  const rate = useEntryRate(group.group, group.commit);
  const followers = group.voters
    .filter((id) => id !== group.leader)
    .map((id) => ({
      id,
      lag: lagOf(group, id),
      isUp: nodes.some(({ node_id, state }) => node_id === id && state === 'up'),
    }));
  const able = followers.filter(({ lag, isUp }) => isUp && lag !== null && lag <= LAG_MAX);
  return (
    <div className="border-t border-border px-4 py-3">
      <h3 className="mb-1 font-medium">Transfer leadership</h3>
      <p className="mb-2 text-muted">
        {rate === null
          ? 'How much it commits is not known yet'
          : `It commits ${formatPerSecond(rate)} now`}
        ; what comes during the hand-over waits for its end.
      </p>
      {able.length === 0 ? (
        <p className="text-muted">No other replica runs and is up to date.</p>
      ) : (
        <ul className="flex flex-wrap gap-2">
          {able.map(({ id, lag }) => (
            <li key={id}>
              <Button
                size="sm"
                disabled={!isLive || group.leader === null}
                onClick={() => setTarget({ kind: 'transfer', group: group.group, node_id: id })}
              >
                to {id}{' '}
                <span className="text-muted">{lag === 0 ? 'up to date' : `${lag} behind`}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {target !== null && <OperationDialog target={target} onClose={() => setTarget(null)} />}
    </div>
  );
}
