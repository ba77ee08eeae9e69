import { NODE_IDS } from '@fleetlm/raft/playground';
import { CLIENT_RADIUS, placeOf } from './ring-geometry.ts';

/** The client stands in the middle: it reaches every node, whatever is cut. */
export function RingClient() {
  const { x, y } = placeOf(0);
  return (
    <g aria-hidden>
      {NODE_IDS.map((id) => {
        const node = placeOf(id);
        return (
          <line
            key={id}
            x1={x}
            y1={y}
            x2={node.x}
            y2={node.y}
            className="stroke-border stroke-1 [stroke-dasharray:1_6]"
          />
        );
      })}
      <rect
        x={x - CLIENT_RADIUS}
        y={y - 15}
        width={CLIENT_RADIUS * 2}
        height={30}
        rx={8}
        className="fill-surface stroke-strong stroke-[1.5]"
      />
      <text x={x} y={y + 4.5} textAnchor="middle" className="fill-text text-[12.5px]">
        client
      </text>
    </g>
  );
}
