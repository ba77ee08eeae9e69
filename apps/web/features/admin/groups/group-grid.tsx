'use client';

import clsx from 'clsx';
import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  useEffect,
  useEffectEvent,
  useRef,
} from 'react';
import { letterKey } from '@/common/keys.ts';
import type { GroupHealth } from '../overview/cluster-health.ts';
import { groupName, moveInGrid } from './grid.ts';
import { type GroupLook, type GroupMode, isProblem, nextProblem } from './group-looks.ts';

const COLUMNS = 16;
const DIGITS = Array.from({ length: COLUMNS }, (_, at) => at.toString(16).toUpperCase());

export interface GroupGridProps {
  readonly looks: readonly GroupLook[];
  readonly mode: GroupMode;
  readonly problemsOnly: boolean;
  readonly selected: number | null;
  /** The one stop for the Tab key. */
  readonly focused: number;
  readonly onFocus: (group: number) => void;
  readonly onSelect: (group: number) => void;
}

/**
 * All groups in one picture: the first hex digit is the row, the second the column. Arrows move, two hex digits jump,
 * N goes to the next problem, Enter opens.
 */
export function GroupGrid(props: GroupGridProps) {
  const { looks, mode, problemsOnly, selected, focused, onFocus, onSelect } = props;
  const grid = useRef<HTMLDivElement>(null);
  const typed = useRef('');
  const go = (to: number | null): void => {
    if (to === null) return;
    onFocus(to);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${to}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.metaKey || event.altKey) return;
    const next = moveInGrid(focused, event.key, event.ctrlKey, COLUMNS, looks.length);
    if (next === null) return;
    event.preventDefault();
    typed.current = '';
    go(next);
  };
  // Letters work wherever the focus is on the page; arrows only in the grid.
  const onLetter = useEffectEvent((event: globalThis.KeyboardEvent) => {
    const letter = event.defaultPrevented ? null : letterKey(event);
    if (letter !== null && /^[0-9a-f]$/i.test(letter)) {
      typed.current += letter;
      if (typed.current.length < 2) return;
      const group = Number.parseInt(typed.current, 16);
      if (group < looks.length) go(group);
    } else if (letter?.toLowerCase() === 'n') go(nextProblem(looks, focused));
    typed.current = '';
  });
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => onLetter(event);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
  return (
    <div className="overflow-x-auto p-0.5">
      <div
        ref={grid}
        role="toolbar"
        aria-label="Groups"
        onKeyDown={onKeyDown}
        className="inline-grid grid-cols-[auto_repeat(16,1fr)] gap-[3px]"
      >
        <span />
        {DIGITS.map((digit) => (
          <span key={digit} aria-hidden className="tabular text-center text-xs text-muted">
            {digit}
          </span>
        ))}
        {looks.map((look, index) => (
          <GroupCell
            key={look.group}
            look={look}
            index={index}
            mode={mode}
            isDimmed={problemsOnly && !isProblem(look.health)}
            isSelected={look.group === selected}
            isFocusable={index === Math.min(focused, looks.length - 1)}
            onSelect={onSelect}
            onFocus={onFocus}
          />
        ))}
      </div>
    </div>
  );
}

interface GroupCellProps {
  readonly look: GroupLook;
  readonly index: number;
  readonly mode: GroupMode;
  readonly isDimmed: boolean;
  readonly isSelected: boolean;
  readonly isFocusable: boolean;
  readonly onSelect: (group: number) => void;
  readonly onFocus: (index: number) => void;
}

/** Drawn again only when it says something else: there are 256 of them, once a second. */
const GroupCell = memo(function GroupCell(props: GroupCellProps) {
  const { look, index, mode, isDimmed, isSelected, isFocusable, onSelect, onFocus } = props;
  const name = groupName(look.group);
  return (
    <>
      {index % COLUMNS === 0 && (
        <span aria-hidden className="tabular pr-1 text-right text-xs leading-7 text-muted">
          {name.slice(0, 1)}
        </span>
      )}
      <button
        type="button"
        data-cell={index}
        tabIndex={isFocusable ? 0 : -1}
        aria-pressed={isSelected}
        aria-label={`Group ${name}, ${look.words}`}
        onClick={() => onSelect(look.group)}
        onFocus={() => onFocus(index)}
        onMouseEnter={() => onFocus(index)}
        // Drawn by the style sheet: the name says it in words.
        data-glyph={isDimmed ? '' : look.glyph}
        style={groundOf(look, mode)}
        className={clsx(
          'tabular grid h-7 w-7 place-items-center rounded-[4px] border text-xs before:content-[attr(data-glyph)]',
          mode === 'health'
            ? HEALTHS[look.health]
            : 'border-transparent text-text hover:border-strong',
          isSelected && 'ring-2 ring-focus',
          isDimmed && 'opacity-50',
        )}
      />
    </>
  );
}, isSameCell);

function isSameCell(a: GroupCellProps, b: GroupCellProps): boolean {
  return (
    a.look.glyph === b.look.glyph &&
    a.look.words === b.look.words &&
    a.look.heat === b.look.heat &&
    a.look.health === b.look.health &&
    a.look.leaderAt === b.look.leaderAt &&
    a.mode === b.mode &&
    a.isDimmed === b.isDimmed &&
    a.isSelected === b.isSelected &&
    a.isFocusable === b.isFocusable &&
    a.onSelect === b.onSelect
  );
}

function groundOf(look: GroupLook, mode: GroupMode): CSSProperties | undefined {
  switch (mode) {
    case 'health':
      return undefined;
    case 'leader':
      return {
        background:
          look.leaderAt === null
            ? 'var(--surface)'
            : `color-mix(in oklab, var(--series-${(look.leaderAt % 6) + 1}) 22%, var(--surface))`,
      };
    case 'lag':
    case 'flush':
      return {
        background: `color-mix(in oklab, var(--warn) ${Math.round(look.heat * 40)}%, var(--raised))`,
      };
    default:
      return mode satisfies never;
  }
}

const HEALTHS: Readonly<Record<GroupHealth, string>> = {
  ok: 'border-transparent bg-raised text-muted hover:border-strong',
  lagging: 'border-warn text-warn bg-surface',
  'under-replicated': 'border-warn text-warn bg-surface',
  stalled: 'border-critical text-critical bg-surface font-bold',
  leaderless: 'border-critical text-critical bg-surface font-bold',
  'no-quorum': 'border-critical text-critical bg-surface font-bold',
  unknown: 'border-dashed border-strong text-muted bg-surface',
};
