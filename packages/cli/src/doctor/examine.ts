import type { ClusterSnapshot, OperationBody, Readiness } from '@fleetlm/protocol';
import { lossTolerance } from './loss-tolerance.ts';

export type CheckStatus = 'ok' | 'warning' | 'failure';

/** One question to a cluster, and its answer. */
export interface Check {
  readonly id: CheckId;
  readonly status: CheckStatus;
  readonly detail: string;
  /** What to do about it; null: nothing. */
  readonly advice: string | null;
}

export type CheckId =
  | 'ready'
  | 'nodes'
  | 'leaders'
  | 'quorum'
  | 'stalled'
  | 'replication'
  | 'archive'
  | 'disk'
  | 'event-loop'
  | 'clocks'
  | 'versions'
  | 'operations';

export interface Examined {
  readonly readiness: Readiness;
  readonly cluster: ClusterSnapshot;
  readonly operations: readonly OperationBody[];
  /** By the clock of the machine that asks. */
  readonly nowMs: number;
}

/** As the alerts have them: deploy/observability/alerts.yaml. */
export const SLOW_SYNC_MS = 200;
export const SLOW_LOOP_MS = 200;
export const LAG_ENTRIES_MAX = 1_000;
/** As much as tokens may be off: AUTH_JWT_LEEWAY_S. */
export const CLOCK_SKEW_MS_MAX = 5_000;
/** As many are named; the rest is counted. */
const NAMED_MAX = 8;

const RUNBOOKS = 'docs/operate/incidents.md';

/** Everything that can be said of a cluster from what a node answers, the worst included. */
export function examine(examined: Examined): readonly Check[] {
  return [
    ready(examined.readiness),
    nodes(examined.cluster),
    leaders(examined.cluster),
    quorum(examined.cluster),
    stalled(examined.cluster),
    replication(examined.cluster),
    archive(examined.cluster),
    disk(examined.cluster),
    eventLoop(examined.cluster),
    clocks(examined),
    versions(examined.cluster),
    operations(examined.operations),
  ];
}

const ok = (id: CheckId, detail: string): Check => ({ id, status: 'ok', detail, advice: null });
const warning = (id: CheckId, detail: string, advice: string): Check => ({
  id,
  status: 'warning',
  detail,
  advice,
});
const failure = (id: CheckId, detail: string, advice: string): Check => ({
  id,
  status: 'failure',
  detail,
  advice,
});

function named(names: readonly (string | number)[]): string {
  const shown = names.slice(0, NAMED_MAX).join(', ');
  return names.length > NAMED_MAX ? `${shown} and ${names.length - NAMED_MAX} more` : shown;
}

function ready({ ready: isReady, reasons, degraded }: Readiness): Check {
  if (!isReady)
    return failure('ready', `not ready: ${reasons.join('; ')}`, `${RUNBOOKS}#a-node-is-not-ready`);
  if (degraded.length > 0)
    return warning('ready', `ready, degraded: ${degraded.join('; ')}`, RUNBOOKS);
  return ok('ready', 'the node is ready');
}

function nodes({ nodes: all }: ClusterSnapshot): Check {
  const members = all.filter(({ membership }) => membership !== 'gone');
  const down = members.filter(({ state }) => state === 'down').map(({ node_id }) => node_id);
  const unknown = members.filter(({ state }) => state === 'unknown').map(({ node_id }) => node_id);
  if (down.length > 0)
    return failure('nodes', `down: ${named(down)}`, `${RUNBOOKS}#a-node-is-down`);
  if (unknown.length > 0)
    return warning('nodes', `no report yet from ${named(unknown)}`, 'Ask again in a few seconds.');
  return ok('nodes', `${members.length} up`);
}

function leaders({ groups }: ClusterSnapshot): Check {
  const without = groups.filter(({ leader }) => leader === null).map(({ group }) => group);
  return without.length > 0
    ? failure(
        'leaders',
        `groups without a leader: ${named(without)}`,
        `${RUNBOOKS}#groups-have-no-leader`,
      )
    : ok('leaders', `all ${groups.length} groups have one`);
}

function quorum(cluster: ClusterSnapshot): Check {
  const { canLoseANode, atRisk, withoutQuorum } = lossTolerance(cluster);
  const advice = `${RUNBOOKS}#a-node-is-down`;
  if (withoutQuorum.length > 0)
    return failure('quorum', `groups without a quorum: ${named(withoutQuorum)}`, advice);
  if (canLoseANode === false) {
    const isAlone = cluster.nodes.filter(({ membership }) => membership !== 'gone').length < 3;
    const detail = `no node can be lost now: groups at risk: ${named(atRisk)}`;
    return isAlone
      ? warning('quorum', detail, 'Three nodes survive the loss of one.')
      : failure('quorum', detail, advice);
  }
  return canLoseANode === null
    ? warning('quorum', 'not every group is known yet', 'Ask again in a few seconds.')
    : ok('quorum', 'any one node can be lost now');
}

function stalled({ groups }: ClusterSnapshot): Check {
  const found = groups.filter(({ replicas }) => replicas.some(({ stall }) => stall !== null));
  return found.length > 0
    ? failure(
        'stalled',
        `replicas are stalled in groups ${named(found.map(({ group }) => group))}`,
        'fleetlm group show <group>; docs/operate/stalled-group.md',
      )
    : ok('stalled', 'no replica is stalled');
}

function replication({ groups }: ClusterSnapshot): Check {
  const behind = groups.filter(({ lag }) => (lag ?? 0) > LAG_ENTRIES_MAX);
  return behind.length > 0
    ? warning(
        'replication',
        `a voter is more than ${LAG_ENTRIES_MAX} entries behind in groups ${named(behind.map(({ group }) => group))}`,
        'It catches up by itself; a node that never does has a slow disk or network.',
      )
    : ok('replication', `every voter is within ${LAG_ENTRIES_MAX} entries`);
}

function archive({ nodes: all }: ClusterSnapshot): Check {
  const away = all.filter(({ database_up }) => database_up === false);
  const backlog = all.reduce((sum, { flush_backlog }) => sum + (flush_backlog ?? 0), 0);
  return away.length > 0
    ? failure(
        'archive',
        `Postgres is unreachable from ${named(away.map(({ node_id }) => node_id))}; ${backlog} messages are not archived yet. They are safe`,
        `${RUNBOOKS}#postgres-is-unreachable`,
      )
    : ok('archive', `${backlog} messages are not archived yet`);
}

function disk({ nodes: all }: ClusterSnapshot): Check {
  const slow = all.filter(({ wal_sync_p99_ms }) => (wal_sync_p99_ms ?? 0) > SLOW_SYNC_MS);
  return slow.length > 0
    ? warning(
        'disk',
        `syncs take more than ${SLOW_SYNC_MS} ms on ${named(slow.map(({ node_id }) => node_id))}`,
        `${RUNBOOKS}#the-disk-is-slow`,
      )
    : ok('disk', `syncs take less than ${SLOW_SYNC_MS} ms`);
}

function eventLoop({ nodes: all }: ClusterSnapshot): Check {
  const blocked = all.filter(
    ({ event_loop_delay_p99_ms }) => (event_loop_delay_p99_ms ?? 0) > SLOW_LOOP_MS,
  );
  return blocked.length > 0
    ? warning(
        'event-loop',
        `the event loop is more than ${SLOW_LOOP_MS} ms late on ${named(blocked.map(({ node_id }) => node_id))}`,
        `${RUNBOOKS}#the-event-loop-is-blocked`,
      )
    : ok('event-loop', `less than ${SLOW_LOOP_MS} ms late`);
}

/** Clocks decide whether tokens are valid, and the order in which conversations are shown. */
function clocks({ cluster, nowMs }: Examined): Check {
  const reporterMs = Date.parse(cluster.reported_at);
  const skewed = cluster.nodes.flatMap(({ node_id, reported_at, age_ms }) => {
    if (reported_at === null || age_ms === null) return [];
    const skew = Date.parse(reported_at) + age_ms - reporterMs;
    return Math.abs(skew) > CLOCK_SKEW_MS_MAX ? [node_id] : [];
  });
  const advice = 'Synchronize the clocks of all machines (NTP).';
  if (skewed.length > 0)
    return failure(
      'clocks',
      `clocks differ from that of ${cluster.reported_by}: ${named(skewed)}`,
      advice,
    );
  if (Math.abs(nowMs - reporterMs) > CLOCK_SKEW_MS_MAX)
    return warning('clocks', `the clock here differs from that of ${cluster.reported_by}`, advice);
  return ok('clocks', `within ${CLOCK_SKEW_MS_MAX / 1000} s`);
}

function versions({ nodes: all }: ClusterSnapshot): Check {
  const found = new Set(all.flatMap(({ version }) => (version === null ? [] : [version])));
  return found.size > 1
    ? warning('versions', `nodes run ${named([...found].sort())}`, 'Finish the upgrade.')
    : ok('versions', `all nodes run ${[...found][0] ?? 'a version that is not known yet'}`);
}

function operations(all: readonly OperationBody[]): Check {
  const running = all.filter(({ state }) => state === 'running');
  const stuck = running.filter(({ progress }) => (progress?.stuck.length ?? 0) > 0);
  if (stuck.length > 0)
    return warning(
      'operations',
      `waiting: ${stuck.map(({ id, kind, progress }) => `${kind} ${id}: ${progress?.stuck[0]?.reason}`).join('; ')}`,
      'fleetlm operations show <id>',
    );
  return ok('operations', running.length === 0 ? 'none is running' : `${running.length} running`);
}
