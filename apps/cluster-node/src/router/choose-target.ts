/** What a node knows of who leads and holds the groups; node numbers, 0: none. */
export interface RoutingView {
  readonly self: number;
  /** The node that leads the group as far as this one knows. */
  readonly leaderOf: (group: number) => number;
  /** The nodes that hold a replica of the group, the preferred leader first. */
  readonly replicasOf: (group: number) => readonly number[];
  /** Has this node a replica of the group that works? */
  readonly holds: (group: number) => boolean;
  readonly isReachable: (node: number) => boolean;
}

export interface Attempted {
  readonly group: number;
  /** The leader executes it, or any node with a replica. */
  readonly by: 'leader' | 'replica';
  /** Attempts before this one. */
  readonly attempts: number;
  /** The leader that a refusal named; 0: none. */
  readonly hint: number;
}

/**
 * The node that the next attempt goes to; 0: none is known within reach. Every second attempt distrusts what this node
 * knows: its replica may be of a group that has moved, and its leader one of a moment ago.
 */
export function chooseTarget(view: RoutingView, { group, by, attempts, hint }: Attempted): number {
  const isTrusting = attempts % 2 === 0;
  const holds = view.holds(group);
  if (by === 'replica' && holds && isTrusting) return view.self;
  if (hint !== 0) return hint;
  const leader = view.leaderOf(group);
  const isReachable = leader !== 0 && (leader === view.self || view.isReachable(leader));
  if (leader !== 0 && (holds || (isReachable && isTrusting))) return leader;
  return inTurn(view, group, attempts) || (isReachable ? leader : 0);
}

/** The other nodes that hold the group take turns: each of them knows its leader better. */
function inTurn({ self, replicasOf, isReachable }: RoutingView, group: number, turn: number) {
  const candidates = replicasOf(group).filter((node) => node !== self && isReachable(node));
  return candidates[turn % Math.max(1, candidates.length)] ?? 0;
}
