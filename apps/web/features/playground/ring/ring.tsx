'use client';

import type { ConfState } from '@fleetlm/raft/core';
import {
  type LinkView,
  type MessageView,
  NODE_IDS,
  type NodeView,
  type TimerView,
} from '@fleetlm/raft/playground';
import { type KeyboardEvent, memo, useRef } from 'react';
import { RingClient } from './ring-client.tsx';
import { RING_HEIGHT, RING_WIDTH } from './ring-geometry.ts';
import { RingLinks } from './ring-links.tsx';
import { RingMessages } from './ring-messages.tsx';
import { RingNode } from './ring-node.tsx';

export interface RingProps {
  readonly nodes: readonly NodeView[];
  readonly timers: readonly TimerView[];
  readonly cuts: readonly LinkView[];
  readonly messages: readonly MessageView[];
  readonly configuration: ConfState;
  readonly nowMs: number;
  readonly isStill: boolean;
  readonly selected: number;
  readonly onSelect: (id: number) => void;
  readonly onToggleLink: (a: number, b: number, isCut: boolean) => void;
  readonly onDrop: (message: number) => void;
}

/**
 * The five nodes and what is between them. Nodes are chosen with the mouse or the arrow keys; links and messages
 * are for the mouse here, and have buttons of their own beside the picture.
 */
export function Ring(props: RingProps) {
  const { nodes, timers, cuts, messages, configuration, nowMs, isStill } = props;
  const { selected, onSelect, onToggleLink, onDrop } = props;
  return (
    <svg
      viewBox={`0 0 ${RING_WIDTH} ${RING_HEIGHT}`}
      role="presentation"
      className="mx-auto block max-h-[62dvh] min-h-72 w-full max-w-[620px] select-none"
    >
      <RingLinks cuts={cuts} onToggle={onToggleLink} />
      <RingClient />
      <Nodes
        nodes={nodes}
        timers={timers}
        configuration={configuration}
        selected={selected}
        onSelect={onSelect}
      />
      <RingMessages messages={messages} nowMs={nowMs} isStill={isStill} onDrop={onDrop} />
    </svg>
  );
}

type NodesProps = Pick<RingProps, 'nodes' | 'timers' | 'configuration' | 'selected' | 'onSelect'>;

const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
};

const Nodes = memo(function Nodes({
  nodes,
  timers,
  configuration,
  selected,
  onSelect,
}: NodesProps) {
  const group = useRef<SVGGElement>(null);
  const onKeyDown = (event: KeyboardEvent<SVGGElement>) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const count = NODE_IDS.length;
    const next = ((selected - 1 + step + count) % count) + 1;
    onSelect(next);
    group.current?.querySelector<SVGGElement>(`[data-node="${next}"]`)?.focus();
  };
  return (
    <g ref={group} role="radiogroup" aria-label="Nodes" onKeyDown={onKeyDown}>
      {nodes.map((node) => (
        <RingNode
          key={node.id}
          node={node}
          timer={timers.find(({ id }) => id === node.id) ?? null}
          configuration={configuration}
          isSelected={node.id === selected}
          onSelect={onSelect}
        />
      ))}
    </g>
  );
});
