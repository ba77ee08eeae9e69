'use client';

import type { ClusterNode, ClusterOperations } from '@fleetlm/client/admin';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { OperationDialog } from './operation-dialog.tsx';
import { type OperationTarget, operationTitle } from './operation-words.ts';

export interface NodeActionsProps {
  readonly node: ClusterNode;
  readonly operations: ClusterOperations | null;
  /** Figures are of now; nothing is begun by old ones. */
  readonly isLive: boolean;
}

type NodeKind = 'drain' | 'undrain' | 'remove' | 'replace';

/** What can be done with a node; what can't be now says why. */
export function NodeActions({ node, operations, isLive }: NodeActionsProps) {
  const [target, setTarget] = useState<OperationTarget | null>(null);
  const running = operations?.operations.find(
    ({ state, kind }) =>
      state === 'running' && (kind === 'drain' || kind === 'remove' || kind === 'replace'),
  );
  const why = !isLive
    ? 'The report is too old to act on.'
    : running === undefined
      ? null
      : `Wait until “${operationTitle(running)}” has ended.`;
  const kinds = kindsFor(node);
  return (
    <div className="flex flex-wrap items-center gap-2">
      {kinds.map((kind) => {
        const isHeld = !isLive || (running !== undefined && kind !== 'undrain');
        return (
          <Button
            key={kind}
            size="sm"
            variant={kind === 'remove' || kind === 'replace' ? 'danger' : 'secondary'}
            disabled={isHeld}
            reason={why ?? undefined}
            onClick={() => setTarget({ kind, node_id: node.node_id })}
          >
            {WORDS[kind]}
          </Button>
        );
      })}
      {why !== null && kinds.length > 0 && <span className="text-xs text-muted">{why}</span>}
      {target !== null && <OperationDialog target={target} onClose={() => setTarget(null)} />}
    </div>
  );
}

const WORDS: Readonly<Record<NodeKind, string>> = {
  drain: 'Drain…',
  undrain: 'Undrain…',
  remove: 'Remove…',
  replace: 'Replace…',
};

function kindsFor({ membership, state }: ClusterNode): readonly NodeKind[] {
  switch (membership) {
    case 'active':
    case null:
      return state === 'down' ? ['replace', 'drain', 'remove'] : ['drain', 'remove'];
    case 'draining':
      return ['undrain', 'remove'];
    case 'lost':
      return ['remove'];
    case 'joining':
    case 'gone':
      return [];
    default:
      return membership satisfies never;
  }
}
