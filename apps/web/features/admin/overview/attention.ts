import type {
  ClusterEvent,
  ClusterGroup,
  ClusterHistory,
  ClusterNode,
} from '@fleetlm/client/admin';
import { formatMs } from '@/common/format-figures.ts';
import { groupName } from '../groups/grid.ts';
import { groupHealthOf, liveNodes } from './cluster-health.ts';

export interface AttentionItem {
  readonly key: string;
  readonly tone: 'critical' | 'warn';
  readonly text: string;
  readonly href: string;
}

/** Elections of a group within this time that are no accident any more. */
const RECENT_MS = 300_000;
const ELECTIONS_NORMAL_MAX = 2;
const LOOP_DELAY_NORMAL_MS = 50;
const SYNC_NORMAL_MS = 10;
const NAMED_GROUPS_MAX = 3;

export interface AttentionInput {
  readonly nodes: readonly ClusterNode[];
  readonly groups: readonly ClusterGroup[];
  readonly copies: number | null;
  readonly events: readonly ClusterEvent[];
  readonly history: ClusterHistory;
  readonly nowMs: number;
}

/** What an operator should look at, the worst first; nothing when all is well. */
export function attention(input: AttentionInput): readonly AttentionItem[] {
  const items = [
    ...nodeItems(input.nodes),
    ...groupItems(input),
    ...electionItems(input.events, input.nowMs),
    ...databaseItems(input.nodes),
    ...deadItems(input.events, input.nowMs),
    ...breakerItems(input.history),
  ];
  return [
    ...items.filter(({ tone }) => tone === 'critical'),
    ...items.filter(({ tone }) => tone === 'warn'),
  ];
}

function nodeItems(nodes: readonly ClusterNode[]): readonly AttentionItem[] {
  return nodes.flatMap((node): readonly AttentionItem[] => {
    const href = `/admin/nodes/${encodeURIComponent(node.node_id)}`;
    const key = `node-${node.node_id}`;
    if (node.state === 'down')
      return [{ key, tone: 'critical', text: `${node.node_id} is down`, href }];
    const items: AttentionItem[] = [];
    const { event_loop_delay_p99_ms: delay, wal_sync_p99_ms: sync } = node;
    if (node.state === 'up' && delay !== null && delay > LOOP_DELAY_NORMAL_MS)
      items.push({
        key: `${key}-loop`,
        tone: 'warn',
        text: `${node.node_id}: the event loop is ${formatMs(delay)} late (p99)`,
        href,
      });
    if (node.state === 'up' && sync !== null && sync > SYNC_NORMAL_MS)
      items.push({
        key: `${key}-sync`,
        tone: 'warn',
        text: `${node.node_id}: a log sync takes ${formatMs(sync)} (p99)`,
        href,
      });
    return items;
  });
}

function groupItems({
  groups,
  nodes,
  copies,
}: Pick<AttentionInput, 'groups' | 'nodes' | 'copies'>): readonly AttentionItem[] {
  const live = liveNodes(nodes);
  const known = groups.map((group) => ({
    group: group.group,
    health: groupHealthOf(group, live, copies),
  }));
  const byHealth = (wanted: string) =>
    known.filter(({ health }) => health === wanted).map(({ group }) => group);
  const item = (
    wanted: string,
    tone: AttentionItem['tone'],
    words: string,
  ): readonly AttentionItem[] => {
    const found = byHealth(wanted);
    if (found.length === 0) return [];
    const names = found.slice(0, NAMED_GROUPS_MAX).map(groupName).join(', ');
    const rest =
      found.length > NAMED_GROUPS_MAX ? ` and ${found.length - NAMED_GROUPS_MAX} more` : '';
    const many = found.length === 1 ? 'Group' : 'Groups';
    return [
      {
        key: `groups-${wanted}`,
        tone,
        text: `${many} ${names}${rest}: ${words}`,
        href: `/admin/groups?problems=1`,
      },
    ];
  };
  return [
    ...item('no-quorum', 'critical', 'no quorum'),
    ...item('stalled', 'critical', 'a replica is stalled'),
    ...item('leaderless', 'critical', 'no leader'),
    // A node that is down is named already: it is what is missing.
    ...(nodes.some(({ state }) => state === 'down')
      ? []
      : item('under-replicated', 'warn', 'a copy is missing')),
    ...item('lagging', 'warn', 'a replica is behind'),
  ];
}

function electionItems(events: readonly ClusterEvent[], nowMs: number): readonly AttentionItem[] {
  const counts = new Map<number, number>();
  for (const { kind, group, at } of events)
    if (kind === 'leader-elected' && group !== null && nowMs - Date.parse(at) < RECENT_MS)
      counts.set(group, (counts.get(group) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > ELECTIONS_NORMAL_MAX)
    .sort((a, b) => b[1] - a[1])
    .slice(0, NAMED_GROUPS_MAX)
    .map(([group, count]) => ({
      key: `elections-${group}`,
      tone: 'warn' as const,
      text: `Group ${groupName(group)}: ${count} elections in 5 min`,
      href: `/admin/groups?g=${group.toString(16).padStart(2, '0')}`,
    }));
}

function databaseItems(nodes: readonly ClusterNode[]): readonly AttentionItem[] {
  const without = nodes.filter(({ state, database_up }) => state === 'up' && database_up === false);
  if (without.length === 0) return [];
  const names = without.map(({ node_id }) => node_id).join(', ');
  const text = `Postgres is unreachable for ${names}. Messages are safe; archiving resumes when it returns`;
  return [{ key: 'database', tone: 'warn', text, href: '/admin/flush' }];
}

function deadItems(events: readonly ClusterEvent[], nowMs: number): readonly AttentionItem[] {
  const count = events.filter(
    ({ kind, at }) => kind === 'dispatch-failed' && nowMs - Date.parse(at) < RECENT_MS,
  ).length;
  if (count === 0) return [];
  const text = `${count} ${count === 1 ? 'answer was' : 'answers were'} given up in 5 min`;
  return [{ key: 'dead', tone: 'warn', text, href: '/admin/dispatch' }];
}

function breakerItems(history: ClusterHistory): readonly AttentionItem[] {
  const open = new Set<string>();
  for (const { dispatch, answered } of history.values())
    if (answered)
      for (const { agent_id, breaker } of dispatch.agents)
        if (breaker === 'open') open.add(agent_id);
  return [...open].map((agentId) => ({
    key: `breaker-${agentId}`,
    tone: 'warn' as const,
    text: `Agent ${agentId} keeps failing: its circuit breaker is open`,
    href: '/admin/dispatch',
  }));
}
