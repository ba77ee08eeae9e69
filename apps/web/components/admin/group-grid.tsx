'use client';

import type { ClusterGroup, ClusterNode } from '@fleetlm/client/admin';
import clsx from 'clsx';
import { type KeyboardEvent, memo, useCallback, useMemo, useRef, useState } from 'react';
import { type GroupHealth, groupHealth } from '@/lib/cluster-health.ts';
import { groupName, moveInGrid } from '@/lib/group-grid.ts';

const COLUMNS = 16;

const HEALTH_WORDS: Readonly<Record<GroupHealth, string>> = {
  ok: 'healthy',
  leaderless: 'no leader',
  'no-quorum': 'no quorum',
  'under-replicated': 'a replica is down',
  lagging: 'a replica is behind',
  unknown: 'not known',
};

export interface GroupGridProps {
  readonly nodes: readonly ClusterNode[];
  readonly groups: readonly ClusterGroup[];
  readonly selected: number | null;
  readonly onSelect: (group: number) => void;
}

/** All groups in one picture: a cell names the node that leads it. One stop for the Tab key, arrows move inside. */
export function GroupGrid({ nodes, groups, selected, onSelect }: GroupGridProps) {
  const [focused, setFocused] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  const numbers = useMemo(
    () => new Map(nodes.map((node, index) => [node.node_id, index + 1])),
    [nodes],
  );
  const onKeyDown = useCallback(
    (event: KeyboardEvent<HTMLDivElement>) => {
      const next = moveInGrid(focused, event.key, event.ctrlKey, COLUMNS, groups.length);
      if (next === null) return;
      event.preventDefault();
      setFocused(next);
      grid.current?.querySelector<HTMLElement>(`[data-cell="${next}"]`)?.focus();
    },
    [focused, groups.length],
  );
  return (
    <section aria-labelledby="groups-title" className="min-w-0">
      <h2 id="groups-title" className="mb-2 font-semibold">
        Groups{' '}
        {groups.length > 0 && <span className="font-normal text-muted">{groups.length}</span>}
      </h2>
      <div className="overflow-x-auto p-0.5">
        <div
          ref={grid}
          role="toolbar"
          aria-label="Groups by leader"
          onKeyDown={onKeyDown}
          className="inline-grid grid-cols-[auto_repeat(16,1fr)] gap-[3px]"
        >
          <span />
          {Array.from({ length: COLUMNS }, (_, column) => column.toString(16).toUpperCase()).map(
            (digit) => (
              <span key={digit} aria-hidden className="tabular text-center text-[11px] text-muted">
                {digit}
              </span>
            ),
          )}
          {groups.map((group, index) => (
            <GroupCell
              key={group.group}
              index={index}
              group={group.group}
              leader={group.leader}
              leaderNumber={group.leader === null ? null : (numbers.get(group.leader) ?? null)}
              health={groupHealth(group, nodes)}
              isSelected={group.group === selected}
              isFocusable={index === Math.min(focused, groups.length - 1)}
              onSelect={onSelect}
              onFocus={setFocused}
            />
          ))}
        </div>
      </div>
      {groups.length === 0 && <p className="py-6 text-muted">No group has been reported yet.</p>}
      <p className="mt-2 max-w-md text-xs text-muted">
        {nodes.map((node, index) => `${index + 1} ${node.node_id}`).join(' · ')}
        {nodes.length > 0 && ' · ! replica down or behind · x no leader · ? not known'}
      </p>
    </section>
  );
}

interface GroupCellProps {
  readonly index: number;
  readonly group: number;
  readonly leader: string | null;
  readonly leaderNumber: number | null;
  readonly health: GroupHealth;
  readonly isSelected: boolean;
  readonly isFocusable: boolean;
  readonly onSelect: (group: number) => void;
  readonly onFocus: (index: number) => void;
}

/** Drawn again only when something of its own has changed: there are 256 of them, once a second. */
const GroupCell = memo(function GroupCell(props: GroupCellProps) {
  const { index, group, leader, leaderNumber, health, isSelected, isFocusable, onSelect, onFocus } =
    props;
  const name = groupName(group);
  return (
    <>
      {index % COLUMNS === 0 && (
        <span aria-hidden className="tabular pr-1 text-right text-[11px] leading-6 text-muted">
          {name.slice(0, 1)}
        </span>
      )}
      <button
        type="button"
        data-cell={index}
        tabIndex={isFocusable ? 0 : -1}
        aria-pressed={isSelected}
        aria-label={`Group ${name}, ${leader === null ? 'no leader' : `leader ${leader}`}, ${HEALTH_WORDS[health]}`}
        onClick={() => onSelect(group)}
        onFocus={() => onFocus(index)}
        // Drawn by the style sheet: the name says it in words.
        data-glyph={glyph(health, leaderNumber)}
        className={clsx(
          'tabular grid h-6 min-w-6 place-items-center rounded-[4px] border text-[11px] before:content-[attr(data-glyph)]',
          COLOURS[health],
          isSelected && 'ring-2 ring-focus',
        )}
      />
    </>
  );
});

const COLOURS: Readonly<Record<GroupHealth, string>> = {
  ok: 'border-transparent bg-raised text-muted hover:border-strong',
  lagging: 'border-warn text-warn bg-surface',
  'under-replicated': 'border-warn text-warn bg-surface',
  leaderless: 'border-critical text-critical bg-surface font-bold',
  'no-quorum': 'border-critical text-critical bg-surface font-bold',
  unknown: 'border-dashed border-strong text-muted bg-surface',
};

function glyph(health: GroupHealth, leaderNumber: number | null): string {
  switch (health) {
    case 'leaderless':
    case 'no-quorum':
      return 'x';
    case 'unknown':
      return '?';
    case 'lagging':
    case 'under-replicated':
      return leaderNumber === null ? '!' : `${leaderNumber}!`;
    case 'ok':
      return leaderNumber === null ? '?' : String(leaderNumber);
    default:
      return health satisfies never;
  }
}
