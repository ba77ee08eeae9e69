import type { ClusterGroup, ClusterNode } from '@fleetlm/client/admin';
import { type GroupHealth, groupHealth, lagOf } from '../overview/cluster-health.ts';

/** What the cells of the grid show. */
export type GroupMode = 'health' | 'leader' | 'lag' | 'flush';

export interface GroupLook {
  readonly group: number;
  readonly health: GroupHealth;
  /** One or two characters. */
  readonly glyph: string;
  /** The same in words. */
  readonly words: string;
  /** 0 to 1: how much of the mode's colour the ground has. */
  readonly heat: number;
  /** Place of the leader in the list of nodes; null: none is known. */
  readonly leaderAt: number | null;
}

const HEALTH_WORDS: Readonly<Record<GroupHealth, string>> = {
  ok: 'healthy',
  stalled: 'a replica is stalled',
  leaderless: 'no leader',
  'no-quorum': 'no quorum',
  'under-replicated': 'a copy is missing',
  lagging: 'a replica is behind',
  unknown: 'not known',
};

/** Entries behind, and rows to flush, at which a cell has its full colour. */
const LAG_HOT = 500;
const FLUSH_HOT = 2_000;

export function groupLook(
  group: ClusterGroup,
  nodes: readonly ClusterNode[],
  mode: GroupMode,
  copies: number | null,
): GroupLook {
  const health = groupHealth(group, nodes, copies);
  const leaderAt = placeOf(group.leader, nodes);
  const leader = group.leader === null ? 'no leader' : `leader ${group.leader}`;
  const common = { group: group.group, health, leaderAt };
  switch (mode) {
    case 'health':
      return {
        ...common,
        glyph: healthGlyph(health, leaderAt),
        words: `${leader}, ${HEALTH_WORDS[health]}`,
        heat: 0,
      };
    case 'leader':
      return { ...common, glyph: numberOf(leaderAt), words: leader, heat: 0 };
    case 'lag': {
      const lag = worstLag(group);
      return {
        ...common,
        glyph: lag === null ? '?' : short(lag),
        words: lag === null ? 'lag not known' : `${lag} entries behind`,
        heat: lag === null ? 0 : Math.min(1, lag / LAG_HOT),
      };
    }
    case 'flush': {
      const rows = group.flush_backlog;
      return {
        ...common,
        glyph: rows === null ? '?' : short(rows),
        words: rows === null ? 'backlog not known' : `${rows} messages to flush`,
        heat: rows === null ? 0 : Math.min(1, rows / FLUSH_HOT),
      };
    }
    default:
      return mode satisfies never;
  }
}

export function isProblem(health: GroupHealth): boolean {
  return health !== 'ok';
}

/** The next group after `from` that is not well, round the end; null: all are. */
export function nextProblem(looks: readonly GroupLook[], from: number): number | null {
  const count = looks.length;
  for (let step = 1; step <= count; step += 1) {
    const at = (from + step) % count;
    const look = looks[at];
    if (look !== undefined && isProblem(look.health)) return at;
  }
  return null;
}

/** By how many entries the slowest replica is behind; null: no replica's lag is known. */
export function worstLag(group: ClusterGroup): number | null {
  const lags = group.replicas
    .map(({ node_id }) => lagOf(group, node_id))
    .filter((lag) => lag !== null);
  return lags.length === 0 ? null : Math.max(...lags);
}

function placeOf(leader: string | null, nodes: readonly ClusterNode[]): number | null {
  const at = nodes.findIndex(({ node_id }) => node_id === leader);
  return at < 0 ? null : at;
}

function healthGlyph(health: GroupHealth, leaderAt: number | null): string {
  switch (health) {
    case 'stalled':
    case 'leaderless':
    case 'no-quorum':
      return 'x';
    case 'unknown':
      return '?';
    case 'lagging':
    case 'under-replicated':
      return `${leaderAt === null ? '' : leaderAt + 1}!`;
    case 'ok':
      return numberOf(leaderAt);
    default:
      return health satisfies never;
  }
}

function numberOf(leaderAt: number | null): string {
  return leaderAt === null ? 'x' : String(leaderAt + 1);
}

/** At most three characters. */
function short(value: number): string {
  if (value < 1_000) return String(value);
  return value < 100_000 ? `${Math.round(value / 1_000)}k` : '99k';
}
