'use client';

import type { ConfState } from '@fleetlm/raft/core';
import { type Command, type LinkView, NODE_IDS, type NodeView } from '@fleetlm/raft/playground';
import clsx from 'clsx';
import { Power, PowerOff, Scissors, Timer, Unlink } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/ui/button.tsx';
import { lookOf, type Membership, membershipOf, roleWord } from './simulation/node-words.ts';

export interface NodePanelProps {
  readonly node: NodeView;
  readonly cuts: readonly LinkView[];
  readonly configuration: ConfState;
  readonly onPerform: (command: Command) => void;
}

/** The chosen node: what it knows, and everything that can be done to it. */
export function NodePanel({ node, cuts, configuration, onPerform }: NodePanelProps) {
  const { id, isRunning } = node;
  const members = membershipOf(id, configuration);
  const look = lookOf(node, members);
  const isCutOff = NODE_IDS.every((other) => other === id || isCut(cuts, id, other));
  return (
    <section
      aria-labelledby="node-title"
      className="rounded-lg border border-border bg-surface p-4"
    >
      <h2 id="node-title" className="mb-2 text-lg font-semibold">
        n{id} <span className="text-base font-normal text-muted">{roleWord(node, look)}</span>
      </h2>
      <dl className="mb-3 grid grid-cols-3 gap-x-3 gap-y-1">
        <Fact name="Term">{node.term}</Fact>
        <Fact name="Vote">{node.vote === 0 ? 'none' : `n${node.vote}`}</Fact>
        <Fact name="Leader">{node.leader === 0 ? 'none' : `n${node.leader}`}</Fact>
        <Fact name="Committed">{node.commit}</Fact>
        <Fact name="Applied">{node.applied}</Fact>
        <Fact name="x">{node.value ?? 'unset'}</Fact>
      </dl>
      <div className="flex flex-wrap gap-1.5">
        <Button
          size="sm"
          onClick={() => onPerform({ type: isRunning ? 'stop' : 'restart', node: id })}
        >
          {isRunning ? <PowerOff size={14} aria-hidden /> : <Power size={14} aria-hidden />}
          {isRunning ? 'Stop' : 'Start'}
        </Button>
        <Button
          size="sm"
          disabled={!isRunning || node.role === 'leader'}
          onClick={() => onPerform({ type: 'campaign', node: id })}
        >
          <Timer size={14} aria-hidden />
          Time out now
        </Button>
        <Button
          size="sm"
          disabled={isCutOff}
          onClick={() => onPerform({ type: 'isolate', node: id })}
        >
          <Unlink size={14} aria-hidden />
          Cut off
        </Button>
        <Button
          size="sm"
          disabled={!isRunning || node.role === 'leader' || members !== 'voter'}
          onClick={() => onPerform({ type: 'transfer', to: id })}
        >
          Transfer leadership to n{id}
        </Button>
        <MembershipButtons id={id} members={members} onPerform={onPerform} />
      </div>
      <LinkButtons id={id} cuts={cuts} onPerform={onPerform} />
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="tabular">{children}</dd>
    </div>
  );
}

interface MembershipButtonsProps {
  readonly id: number;
  readonly members: Membership;
  readonly onPerform: (command: Command) => void;
}

function MembershipButtons({ id, members, onPerform }: MembershipButtonsProps) {
  const change = (type: 'add-node' | 'add-learner-node' | 'remove-node') => () =>
    onPerform({ type: 'change', changes: [{ type, nodeId: id }] });
  switch (members) {
    case 'voter':
      return (
        <Button size="sm" onClick={change('remove-node')}>
          Remove from the group
        </Button>
      );
    case 'learner':
      return (
        <>
          <Button size="sm" onClick={change('add-node')}>
            Make it a voter
          </Button>
          <Button size="sm" onClick={change('remove-node')}>
            Remove from the group
          </Button>
        </>
      );
    case 'outsider':
      return (
        <>
          <Button size="sm" onClick={change('add-node')}>
            Add as a voter
          </Button>
          <Button size="sm" onClick={change('add-learner-node')}>
            Add as a learner
          </Button>
        </>
      );
    default:
      return members satisfies never;
  }
}

type LinkButtonsProps = Pick<NodePanelProps, 'cuts' | 'onPerform'> & { readonly id: number };

function LinkButtons({ id, cuts, onPerform }: LinkButtonsProps) {
  return (
    <fieldset className="mt-3 flex flex-wrap items-center gap-1.5">
      <legend className="float-left mr-1 pt-1 text-muted">Cut links of n{id}:</legend>
      {NODE_IDS.filter((other) => other !== id).map((other) => {
        const cut = isCut(cuts, id, other);
        return (
          <Button
            key={other}
            size="sm"
            aria-pressed={cut}
            aria-label={`Link to n${other} is cut`}
            className={clsx('tabular', cut && 'border-critical text-critical')}
            onClick={() => onPerform({ type: cut ? 'mend' : 'cut', a: id, b: other })}
          >
            {cut && <Scissors size={12} aria-hidden />}n{other}
          </Button>
        );
      })}
      <Button
        size="sm"
        variant="ghost"
        disabled={cuts.length === 0}
        onClick={() => onPerform({ type: 'mend-all' })}
      >
        Mend all links
      </Button>
    </fieldset>
  );
}

function isCut(cuts: readonly LinkView[], a: number, b: number): boolean {
  return cuts.some((cut) => cut.a === Math.min(a, b) && cut.b === Math.max(a, b));
}
