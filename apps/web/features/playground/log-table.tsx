'use client';

import type { EntryView, NodeView } from '@fleetlm/raft/playground';
import clsx from 'clsx';
import { Check, CheckCheck } from 'lucide-react';
import { memo, useEffect, useRef } from 'react';
import { ScrollRegion } from '@/ui/scroll-region.tsx';

/** Entries of one term have one ground; the number says it too. */
const GROUNDS = [
  'bg-[color-mix(in_oklab,var(--accent)_15%,var(--surface))]',
  'bg-[color-mix(in_oklab,var(--ok)_15%,var(--surface))]',
  'bg-[color-mix(in_oklab,var(--warn)_17%,var(--surface))]',
  'bg-[color-mix(in_oklab,var(--info)_15%,var(--surface))]',
] as const;

/** The five logs under each other, entry below entry, as in the papers. */
export const LogTable = memo(function LogTable({ nodes }: { readonly nodes: readonly NodeView[] }) {
  const last = Math.max(0, ...nodes.map(({ log }) => log.at(-1)?.index ?? 0));
  const indexes = Array.from({ length: last }, (_, at) => at + 1);
  const end = useRef<HTMLTableCellElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new comes into view
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest', inline: 'end' });
  }, [last]);
  return (
    <section aria-labelledby="logs-title" className="min-w-0">
      <div className="mb-2 flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h2 id="logs-title" className="text-lg font-semibold">
          Logs
        </h2>
        <Legend />
      </div>
      <ScrollRegion
        label="Logs of the nodes"
        className="overflow-x-auto rounded-lg border border-border bg-surface p-2"
      >
        <table className="border-separate border-spacing-1">
          <thead>
            <tr className="tabular text-xs text-muted">
              <th scope="col" className="sticky left-0 bg-surface pr-2 text-left font-normal">
                Entry
              </th>
              {indexes.map((index) => (
                <th
                  key={index}
                  scope="col"
                  ref={index === last ? end : null}
                  className="font-normal"
                >
                  {index}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <LogRow key={node.id} node={node} indexes={indexes} />
            ))}
          </tbody>
        </table>
        {last === 0 && (
          <p className="px-1 pb-1 text-muted">
            All logs are empty: no leader has been elected yet.
          </p>
        )}
      </ScrollRegion>
    </section>
  );
});

interface LogRowProps {
  readonly node: NodeView;
  readonly indexes: readonly number[];
}

function LogRow({ node, indexes }: LogRowProps) {
  return (
    <tr>
      <th
        scope="row"
        className={clsx(
          'tabular sticky left-0 h-10 bg-surface pr-2 text-left font-medium whitespace-nowrap',
          node.isRunning ? 'text-text' : 'text-muted line-through',
        )}
      >
        n{node.id}
        {!node.isRunning && <span className="sr-only"> stopped</span>}
      </th>
      {indexes.map((index) => {
        const entry = node.log[index - 1];
        if (entry === undefined) return <td key={index} />;
        return <LogCell key={index} entry={entry} commit={node.commit} applied={node.applied} />;
      })}
    </tr>
  );
}

interface LogCellProps {
  readonly entry: EntryView;
  readonly commit: number;
  readonly applied: number;
}

function LogCell({ entry, commit, applied }: LogCellProps) {
  const isCommitted = entry.index <= commit;
  const isApplied = entry.index <= applied;
  const state = isApplied
    ? 'applied'
    : isCommitted
      ? 'committed'
      : entry.isOnDisk
        ? 'on disk'
        : 'being written';
  return (
    <td
      className={clsx(
        'h-10 min-w-14 rounded-[5px] border px-1.5 text-center text-xs whitespace-nowrap',
        GROUNDS[entry.term % GROUNDS.length],
        isCommitted ? 'border-strong' : 'border-dashed border-strong',
        !entry.isOnDisk && 'italic',
      )}
    >
      <span className="block leading-4">{entry.text}</span>
      <span className="tabular flex items-center justify-center gap-0.5 leading-4">
        <span aria-hidden>t{entry.term}</span>
        {isApplied ? (
          <CheckCheck size={12} aria-hidden />
        ) : (
          isCommitted && <Check size={12} aria-hidden />
        )}
        {!entry.isOnDisk && <span aria-hidden>…</span>}
        <span className="sr-only">
          , term {entry.term}, {state}
        </span>
      </span>
    </td>
  );
}

function Legend() {
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
      <span>t3 term</span>
      <span>… being written</span>
      <span className="inline-flex items-center gap-1">
        <span
          aria-hidden
          className="inline-block size-3 rounded-[3px] border border-dashed border-strong"
        />
        not committed
      </span>
      <span className="inline-flex items-center gap-1">
        <Check size={12} aria-hidden /> committed
      </span>
      <span className="inline-flex items-center gap-1">
        <CheckCheck size={12} aria-hidden /> applied
      </span>
    </p>
  );
}
