'use client';

import type { ClusterOperations } from '@fleetlm/client/admin';
import Link from 'next/link';
import { OperationProgressBar } from './operation-progress.tsx';
import { operationTitle } from './operation-words.ts';

/** What is being done to the cluster now; nothing when nothing is. */
export function RunningOperations({ known }: { readonly known: ClusterOperations | null }) {
  const running = known?.operations.filter(({ state }) => state === 'running') ?? [];
  if (running.length === 0) return null;
  return (
    <section
      aria-labelledby="running-title"
      className="rounded-lg border border-border bg-surface px-4 py-3"
    >
      <div className="mb-2 flex items-baseline gap-3">
        <h2 id="running-title" className="font-semibold">
          Operations
        </h2>
        <Link href="/admin/operations" className="text-accent underline underline-offset-2">
          All operations
        </Link>
      </div>
      <ul className="flex flex-col gap-3">
        {running.map((operation) => (
          <li key={operation.id} className="grid gap-x-6 gap-y-1 sm:grid-cols-[1fr_2fr]">
            <Link
              href={`/admin/operations/${encodeURIComponent(operation.id)}`}
              className="text-accent underline underline-offset-2"
            >
              {operationTitle(operation)}
            </Link>
            <OperationProgressBar operation={operation} />
          </li>
        ))}
      </ul>
    </section>
  );
}
