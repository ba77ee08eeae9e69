import type { ClusterEvent } from '@fleetlm/client/admin';
import { groupName } from '../groups/grid.ts';

/** An event, or many of one kind that came together: the start of a node elects leaders by the hundred. */
export interface EventLine {
  readonly event: ClusterEvent;
  readonly count: number;
  readonly detail: string;
}

/** Fewer stay apart. */
const FOLDED_MIN = 4;
const TOGETHER_MS = 15_000;
const NAMED_GROUPS_MAX = 8;

/** Neighbours of one kind that came within seconds as one line, whichever node reported them; newest first. */
export function foldedEvents(events: readonly ClusterEvent[]): readonly EventLine[] {
  const lines: EventLine[] = [];
  for (let at = 0; at < events.length; ) {
    const run = runFrom(events, at);
    const first = run[0];
    if (first === undefined) break;
    if (run.length < FOLDED_MIN)
      lines.push(...run.map((event) => ({ event, count: 1, detail: event.detail })));
    else
      lines.push({
        event: { ...first, group: null, node_id: nodesOf(run) },
        count: run.length,
        detail: groupsOf(run),
      });
    at += run.length;
  }
  return lines;
}

function runFrom(events: readonly ClusterEvent[], from: number): readonly ClusterEvent[] {
  const first = events[from];
  if (first === undefined) return [];
  let end = from + 1;
  const begin = Date.parse(first.at);
  for (let next = events[end]; next !== undefined; next = events[end]) {
    if (next.kind !== first.kind || next.group === null) break;
    if (begin - Date.parse(next.at) > TOGETHER_MS) break;
    end += 1;
  }
  return first.group === null ? [first] : events.slice(from, end);
}

function nodesOf(run: readonly ClusterEvent[]): string {
  return [...new Set(run.map(({ node_id }) => node_id))].sort().join(', ');
}

function groupsOf(run: readonly ClusterEvent[]): string {
  const groups = [...new Set(run.flatMap(({ group }) => group ?? []))].sort((a, b) => a - b);
  const names = groups.slice(0, NAMED_GROUPS_MAX).map(groupName).join(', ');
  const rest = groups.length - NAMED_GROUPS_MAX;
  return `${groups.length} groups: ${names}${rest > 0 ? ` and ${rest} more` : ''}`;
}
