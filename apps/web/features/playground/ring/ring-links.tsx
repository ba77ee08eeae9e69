'use client';

import { type LinkView, NODE_IDS } from '@fleetlm/raft/playground';
import clsx from 'clsx';
import { memo } from 'react';
import { placeOf } from './ring-geometry.ts';

const LINKS: readonly LinkView[] = NODE_IDS.flatMap((a) =>
  NODE_IDS.filter((b) => b > a).map((b) => ({ a, b })),
);

export interface RingLinksProps {
  readonly cuts: readonly LinkView[];
  readonly onToggle: (a: number, b: number, isCut: boolean) => void;
}

/** A click cuts a link or mends it; the same is done by buttons in the panel of a node. */
export const RingLinks = memo(function RingLinks({ cuts, onToggle }: RingLinksProps) {
  return (
    <g aria-hidden>
      {LINKS.map(({ a, b }) => {
        const isCut = cuts.some((cut) => cut.a === a && cut.b === b);
        return (
          <Link
            key={`${a}-${b}`}
            a={a}
            b={b}
            isCut={isCut}
            onToggle={() => onToggle(a, b, isCut)}
          />
        );
      })}
    </g>
  );
});

interface LinkProps extends LinkView {
  readonly isCut: boolean;
  readonly onToggle: () => void;
}

function Link({ a, b, isCut, onToggle }: LinkProps) {
  const from = placeOf(a);
  const to = placeOf(b);
  const ends = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
  // Away from the middle of the line: there two others cross it.
  const cross = { x: from.x + (to.x - from.x) * 0.5, y: from.y + (to.y - from.y) * 0.5 };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse; the panel of a node has buttons
    <g onClick={onToggle} className="group cursor-pointer">
      <line {...ends} className="stroke-transparent stroke-[16]" />
      <line
        {...ends}
        className={clsx(
          'group-hover:stroke-accent group-hover:stroke-[2.5]',
          isCut
            ? 'stroke-critical stroke-[1.5] [stroke-dasharray:5_7]'
            : 'stroke-border stroke-[1.5]',
        )}
      />
      {isCut && (
        <>
          <circle
            cx={cross.x}
            cy={cross.y}
            r={9}
            className="fill-surface stroke-critical stroke-[1.5]"
          />
          <path
            d={`M ${cross.x - 3.5} ${cross.y - 3.5} l 7 7 m 0 -7 l -7 7`}
            className="fill-none stroke-critical stroke-2"
          />
        </>
      )}
      <title>{`${isCut ? 'Mend' : 'Cut'} the link between n${a} and n${b}`}</title>
    </g>
  );
}
