'use client';

import type { ClusterOperation } from '@fleetlm/client/admin';
import { useRef } from 'react';
import { formatDuration } from '@/common/format-time.ts';
import { Unknown } from '../unknown.tsx';
import { timeLeftMs } from './operation-words.ts';

/** How far it is, and when it is done if it goes on like this. */
export function OperationProgressBar({ operation }: { readonly operation: ClusterOperation }) {
  const { progress, state } = operation;
  const first = useRef<{ readonly id: string; readonly atMs: number; readonly done: number }>(null);
  if (state !== 'running') return null;
  if (progress === null) return <Unknown />;
  const { done, total } = progress;
  const atMs = Date.now();
  if (first.current?.id !== operation.id || done < first.current.done)
    first.current = { id: operation.id, atMs, done };
  const left = timeLeftMs(first.current, { atMs, done, total });
  return (
    <div className="flex min-w-40 flex-col gap-1">
      <progress
        value={done}
        max={Math.max(1, total)}
        aria-label="Groups in place"
        className="progress h-1.5 w-full"
      />
      <span className="tabular text-xs text-muted">
        {done} of {total} groups{left === null ? '' : `, about ${formatDuration(left)} left`}
      </span>
    </div>
  );
}
