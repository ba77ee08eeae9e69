'use client';

import type { ClusterNode } from '@fleetlm/client/admin';
import { createParser, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { Checkbox } from '@/ui/checkbox.tsx';
import { Segments } from '@/ui/segments.tsx';
import { AdminPage } from '../admin-page.tsx';
import { useCluster } from '../cluster-provider.tsx';
import { Reported } from '../reported.tsx';
import { GroupDetails } from './group-details.tsx';
import { GroupGrid } from './group-grid.tsx';
import { type GroupMode, groupLook } from './group-looks.ts';
import { GroupTable } from './group-table.tsx';
import { NodeGrids } from './node-grids.tsx';

const MODES: readonly { readonly value: GroupMode; readonly label: string }[] = [
  { value: 'health', label: 'Health' },
  { value: 'leader', label: 'Leader' },
  { value: 'lag', label: 'Lag' },
  { value: 'flush', label: 'Flush' },
];
const LAYOUTS = [
  { value: 'grid', label: 'Grid' },
  { value: 'table', label: 'Table' },
] as const;

/** All groups, the same by node, and one of them in detail. What is chosen is in the address. */
export function GroupsView() {
  const live = useCluster();
  const { nodes, groups, copies, events } = live.cluster;
  const view = useView();
  const [focused, setFocused] = useState(view.selected ?? 0);
  const stable = useNodesByState(nodes);
  const looks = useMemo(
    () => groups.map((group) => groupLook(group, stable, view.mode, copies)),
    [groups, stable, view.mode, copies],
  );
  const group = groups.find((candidate) => candidate.group === view.selected);
  const { select } = view;
  const move = (step: -1 | 1): void => {
    if (view.selected === null || groups.length === 0) return;
    const next = (view.selected + step + groups.length) % groups.length;
    setFocused(next);
    select(next);
  };
  useKeys({ '[': () => move(-1), ']': () => move(1), v: view.toggleLayout });
  const problems = looks.filter(({ health }) => health !== 'ok').length;
  return (
    <AdminPage
      title="Groups"
      lead={
        groups.length === 0
          ? 'No groups reported yet.'
          : `${groups.length} groups, ${problems === 0 ? 'none with a problem' : `${problems} with a problem`}.`
      }
      actions={<Reported {...live} />}
      isStale={live.freshness.kind === 'stale'}
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Segments label="Colour by" value={view.mode} choices={MODES} onChange={view.setMode} />
        <Segments
          label="Layout"
          value={view.layout}
          choices={LAYOUTS}
          onChange={view.toggleLayout}
        />
        <Checkbox checked={view.problemsOnly} onChange={view.setProblemsOnly}>
          Problems only
        </Checkbox>
      </div>
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,auto)_minmax(340px,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          {view.layout === 'grid' ? (
            <>
              <GroupGrid
                looks={looks}
                mode={view.mode}
                problemsOnly={view.problemsOnly}
                selected={view.selected}
                focused={focused}
                onFocus={setFocused}
                onSelect={select}
              />
              <p className="max-w-lg text-xs text-muted">
                {nodes.map((node, index) => `${index + 1} ${node.node_id}`).join(' · ')}
                {nodes.length > 0 && ' · ! replica down or lagging · x no leader · ? unknown'}
                <br />
                Arrows move, two hex digits jump, N next problem, Enter opens, [ and ] previous and
                next, V table.
              </p>
              <NodeGrids
                nodes={stable}
                groups={groups}
                marked={groups.length > 0 ? focused : null}
              />
            </>
          ) : (
            <GroupTable
              groups={groups}
              nodes={stable}
              copies={copies}
              problemsOnly={view.problemsOnly}
              selected={view.selected}
              onSelect={select}
            />
          )}
        </div>
        {group === undefined ? (
          <p className="rounded-lg border border-dashed border-strong p-8 text-center text-muted">
            Choose a group to see its replicas side by side.
          </p>
        ) : (
          <GroupDetails
            group={group}
            nodes={nodes}
            events={events}
            isLive={live.freshness.kind === 'live'}
            onClose={() => select(null)}
            onMove={move}
          />
        )}
      </div>
    </AdminPage>
  );
}

/** The nodes, the same list until one comes, goes or leads more or less: their figures change every second. */
function useNodesByState(nodes: readonly ClusterNode[]): readonly ClusterNode[] {
  const key = nodes.map(({ node_id, state, leaders }) => `${node_id} ${state} ${leaders}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what matters of them
  return useMemo(() => nodes, [key]);
}

const SHOWN = {
  g: createParser({
    parse: (hex) => (/^[0-9a-f]{1,2}$/i.test(hex) ? Number.parseInt(hex, 16) : null),
    serialize: (group: number) => group.toString(16).padStart(2, '0'),
  }),
  by: parseAsStringLiteral(MODES.map(({ value }) => value)).withDefault('health'),
  view: parseAsStringLiteral(LAYOUTS.map(({ value }) => value)).withDefault('grid'),
  problems: createParser({
    parse: (text): boolean | null => (text === '1' ? true : null),
    serialize: () => '1',
  }).withDefault(false),
};

/** What is shown, from the address and into it. */
function useView() {
  const [{ g, by, view, problems }, set] = useQueryStates(SHOWN);
  const select = useCallback((group: number | null) => void set({ g: group }), [set]);
  return {
    selected: g,
    mode: by,
    layout: view,
    problemsOnly: problems,
    select,
    setMode: (mode: GroupMode) => void set({ by: mode }),
    toggleLayout: () => void set({ view: view === 'grid' ? 'table' : 'grid' }),
    setProblemsOnly: (isOnly: boolean) => void set({ problems: isOnly }),
  };
}

/** Keys of the page; not while the user types or a dialog is open. */
function useKeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const act = keys[event.key];
      if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.matches('input, textarea, select'))
        return;
      if (document.querySelector('[role="dialog"], [role="menu"]') !== null) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [keys]);
}
