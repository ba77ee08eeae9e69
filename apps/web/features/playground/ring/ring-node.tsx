'use client';

import type { ConfState } from '@fleetlm/raft/core';
import type { NodeView, TimerView } from '@fleetlm/raft/playground';
import clsx from 'clsx';
import {
  lookOf,
  membershipOf,
  type NodeLook,
  roleWord,
  voteWord,
} from '../simulation/node-words.ts';
import { arcPath, NODE_RADIUS, placeOf } from './ring-geometry.ts';

const CIRCLES: Readonly<Record<NodeLook, string>> = {
  leader: 'fill-[color-mix(in_oklab,var(--accent)_16%,var(--surface))] stroke-accent stroke-[3]',
  candidate: 'fill-[color-mix(in_oklab,var(--warn)_12%,var(--surface))] stroke-warn stroke-2',
  follower: 'fill-surface stroke-strong stroke-[1.5]',
  learner: 'fill-surface stroke-info stroke-[1.5] [stroke-dasharray:8_4]',
  outsider: 'fill-surface stroke-strong stroke-1 [stroke-dasharray:2_4]',
  stopped: 'fill-raised stroke-strong stroke-1 [stroke-dasharray:6_5]',
};

const WORDS: Readonly<Record<NodeLook, string>> = {
  leader: 'fill-accent font-semibold',
  candidate: 'fill-warn font-semibold',
  follower: 'fill-text',
  learner: 'fill-info',
  outsider: 'fill-muted',
  stopped: 'fill-muted',
};

/** Outside of the circle, so that the two do not touch. */
const TIMER_RADIUS = NODE_RADIUS + 7;
const SELECTION_RADIUS = NODE_RADIUS + 13;

export interface RingNodeProps {
  readonly node: NodeView;
  readonly timer: TimerView | null;
  readonly configuration: ConfState;
  readonly isSelected: boolean;
  readonly onSelect: (id: number) => void;
}

export function RingNode({ node, timer, configuration, isSelected, onSelect }: RingNodeProps) {
  const look = lookOf(node, membershipOf(node.id, configuration));
  const { x, y } = placeOf(node.id);
  const name = `n${node.id}`;
  const role = roleWord(node, look);
  return (
    // biome-ignore lint/a11y/useSemanticElements: there are no form controls inside of a picture
    <g
      role="radio"
      data-node={node.id}
      tabIndex={isSelected ? 0 : -1}
      aria-checked={isSelected}
      aria-label={`${name}, ${role}, term ${node.term}, ${voteWord(node)}, committed ${node.commit}`}
      onClick={() => onSelect(node.id)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onSelect(node.id);
      }}
      className="group cursor-pointer outline-none"
    >
      <circle
        cx={x}
        cy={y}
        r={SELECTION_RADIUS}
        className={clsx(
          'fill-transparent stroke-2 group-focus-visible:stroke-focus',
          isSelected ? 'stroke-border' : 'stroke-transparent',
        )}
      />
      <circle cx={x} cy={y} r={NODE_RADIUS} className={CIRCLES[look]} />
      {look !== 'stopped' && look !== 'leader' && look !== 'outsider' && timer !== null && (
        <ElectionTimer id={node.id} part={timer.elapsed / Math.max(1, timer.timeout)} />
      )}
      {look === 'leader' && <Crown x={x} y={y - 34} />}
      <text
        x={x}
        y={y - 10}
        textAnchor="middle"
        className={clsx(
          'text-[17px] font-semibold',
          look === 'stopped' ? 'fill-muted' : 'fill-text',
        )}
      >
        {name}
      </text>
      <text x={x} y={y + 6} textAnchor="middle" className={clsx('text-[12.5px]', WORDS[look])}>
        {role}
      </text>
      <text x={x} y={y + 20} textAnchor="middle" className="tabular fill-muted text-[11.5px]">
        term {node.term}
      </text>
      <text x={x} y={y + 33} textAnchor="middle" className="tabular fill-muted text-[11.5px]">
        {voteWord(node)}
      </text>
    </g>
  );
}

/** Fills as the time without a leader passes; full, the node campaigns. */
function ElectionTimer({ id, part }: { readonly id: number; readonly part: number }) {
  const centre = placeOf(id);
  const isLate = part > 0.75;
  return (
    <>
      <circle
        cx={centre.x}
        cy={centre.y}
        r={TIMER_RADIUS}
        className="fill-none stroke-raised stroke-[4]"
      />
      <path
        d={arcPath(centre, TIMER_RADIUS, part)}
        className={clsx('fill-none stroke-[4]', isLate ? 'stroke-warn' : 'stroke-strong')}
      />
    </>
  );
}

function Crown({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <path
      d="M -8 5 L -9 -4 L -4 0 L 0 -6 L 4 0 L 9 -4 L 8 5 Z"
      transform={`translate(${x} ${y})`}
      className="fill-accent"
    />
  );
}
