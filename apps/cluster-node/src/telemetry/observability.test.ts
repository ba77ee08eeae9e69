import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { createMetrics } from './metrics.ts';
import {
  type Course,
  firesAt,
  type PlayedNode,
  playHour,
  samplesOf,
} from './testing/play-alert.ts';
import { metricsOf } from './testing/promql.ts';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const FOLDER = 'deploy/observability';

const alertSchema = z.strictObject({
  alert: z.string().regex(/^Fleetlm[A-Za-z]+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[sm]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string(), runbook: z.string() }),
});
const rulesSchema = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(alertSchema) })),
});
const alerts = rulesSchema
  .parse(parse(read(`${FOLDER}/alerts.yaml`)))
  .groups.flatMap(({ rules }) => rules);

const dashboardSchema = z.looseObject({
  panels: z.array(
    z.looseObject({
      id: z.int(),
      title: z.string(),
      gridPos: z.strictObject({ h: z.int(), w: z.int(), x: z.int(), y: z.int() }),
      targets: z.array(z.looseObject({ expr: z.string() })).default([]),
    }),
  ),
});
const { panels } = dashboardSchema.parse(JSON.parse(read(`${FOLDER}/grafana-dashboard.json`)));

/** Metrics of Node, of the registry, and those that other parts register by a name of the closed set. */
async function known(): Promise<ReadonlySet<string>> {
  const own = samplesOf(await createMetrics().text()).map(({ labels }) => labels.__name__ ?? '');
  const observed = Array.from(
    read('apps/cluster-node/src/telemetry/metrics.ts').matchAll(/\| '(fleetlm_\w+)'/g),
    ([, name = '']) => name,
  );
  expect(observed.length).toBeGreaterThan(40);
  return new Set(['up', ...own, ...observed]);
}

describe('the metrics of a node', () => {
  test('are named by the conventions of Prometheus', async () => {
    const types = Array.from(
      (await createMetrics().text()).matchAll(/^# TYPE (fleetlm_\w+) (\w+)$/gm),
      ([, name = '', type]) => ({ name, type }),
    );
    expect(types.length).toBeGreaterThan(8);
    for (const { name, type } of types)
      expect({ name, isCounter: name.endsWith('_total') }).toEqual({
        name,
        isCounter: type === 'counter',
      });
    for (const name of await known())
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|mb|kilobytes|megabytes|percent)(_|$)/);
  });

  test('that other parts count are counters, too', async () => {
    const metrics = createMetrics();
    let elections = 3;
    metrics.observe('fleetlm_raft_elections_total', 'Campaigns', () => elections);
    expect(await metrics.text()).toContain('# TYPE fleetlm_raft_elections_total counter');
    elections = 5;
    expect(await metrics.text()).toContain('\nfleetlm_raft_elections_total 5\n');
    expect(await metrics.text()).toContain('\nfleetlm_raft_elections_total 5\n');
  });

  test('with labels are there before anything happens, at zero', async () => {
    const samples = samplesOf(await createMetrics().text());
    for (const kind of ['unexpected', 'replica', 'archive-gap'])
      expect(samples).toContainEqual({
        labels: { __name__: 'fleetlm_faults_total', kind },
        value: 0,
      });
  });
});

describe('the dashboard', () => {
  test.each(panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr }))))(
    '$title: $expr is PromQL of metrics that exist',
    async ({ expr }) => {
      const names = await known();
      expect(metricsOf(expr).length).toBeGreaterThan(0);
      expect(metricsOf(expr).filter((name) => !names.has(name))).toEqual([]);
    },
  );

  test('its panels do not overlap, and each has its own number', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});

/** A cluster that is well: messages are sent, Postgres answers, an agent fails now and then. */
const well = ({ metrics, observed }: PlayedNode): void => {
  metrics.appends.inc({ outcome: 'committed' }, 1_500);
  observed
    .set('fleetlm_ready', 1)
    .set('fleetlm_groups_without_leader', 0)
    .set('fleetlm_database_up', 1)
    .set('fleetlm_flush_backlog_messages', 500)
    .set('fleetlm_wal_sync_p99_seconds', 0.004)
    .set('fleetlm_event_loop_delay_p99_seconds', 0.01)
    .set('fleetlm_raft_elections_total', 90)
    .set('fleetlm_dispatch_breakers_open', 0);
};

/** It begins after ten minutes, on the third node. */
const BEGINS = 10;
const fault =
  (break_: (node: PlayedNode, minute: number) => void): Course =>
  (nodes, minute) => {
    for (const node of nodes) well(node);
    const last = nodes.at(-1);
    if (last !== undefined && minute >= BEGINS) break_(last, minute);
  };

/** The fault of each alert, and how many minutes after its beginning the alert may fire. */
const FAULTS: Readonly<Record<string, { readonly course: Course; readonly within: number }>> = {
  FleetlmNodeDown: {
    within: 1.5,
    course: fault((node) => {
      node.isUp = false;
    }),
  },
  FleetlmNodeNotReady: {
    within: 2.5,
    course: fault(({ observed }) => observed.set('fleetlm_ready', 0)),
  },
  FleetlmGroupsWithoutLeader: {
    within: 1,
    course: fault(({ observed }) => observed.set('fleetlm_groups_without_leader', 4)),
  },
  FleetlmAppendsFail: {
    within: 10,
    course: fault(({ metrics }) => metrics.appends.inc({ outcome: 'refused' }, 100)),
  },
  FleetlmReplicaStalled: {
    within: 1,
    // Once: what is counted from zero has to be seen.
    course: fault(({ metrics }, minute) => {
      if (minute === BEGINS) metrics.faults.inc({ kind: 'replica' });
    }),
  },
  FleetlmPostgresUnreachable: {
    within: 6,
    course: fault(({ observed }) => observed.set('fleetlm_database_up', 0)),
  },
  FleetlmArchiveFallsBehind: {
    within: 35,
    course: fault(({ observed }, minute) =>
      observed.set('fleetlm_flush_backlog_messages', 10_001 + (minute - BEGINS) * 60),
    ),
  },
  FleetlmDiskSlow: {
    within: 6,
    course: fault(({ observed }) => observed.set('fleetlm_wal_sync_p99_seconds', 0.21)),
  },
  FleetlmEventLoopBlocked: {
    within: 6,
    course: fault(({ observed }) => observed.set('fleetlm_event_loop_delay_p99_seconds', 0.21)),
  },
  FleetlmLeadersKeepChanging: {
    within: 20,
    course: fault(({ observed }, minute) =>
      observed.set('fleetlm_raft_elections_total', 90 + (minute - BEGINS) * 60),
    ),
  },
  FleetlmInternalErrors: {
    within: 1,
    course: fault(({ metrics }, minute) => {
      if (minute === BEGINS) metrics.handlerErrors.inc({ source: 'rest' });
    }),
  },
  FleetlmAgentsFail: {
    within: 11,
    course: fault(({ observed }) => observed.set('fleetlm_dispatch_breakers_open', 1)),
  },
};

const secondsOf = (duration = '0s'): number =>
  Number(duration.slice(0, -1)) * (duration.endsWith('m') ? 60 : 1);
const played = ({ expr, for: time }: z.output<typeof alertSchema>) => ({
  expr,
  forSeconds: secondsOf(time),
});

describe('the alerts', () => {
  test('each has a fault here, and each fault its alert', () => {
    expect(Object.keys(FAULTS).toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  });

  test('each links to a runbook that exists, and every runbook is linked to', () => {
    const page = read('docs/operate/incidents.md');
    const anchors = Array.from(page.matchAll(/^## (.+)$/gm), ([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    const linked = alerts.map(({ annotations: { runbook } }) => {
      const [file = '', anchor = ''] = runbook.split('#');
      expect(existsSync(join(REPOSITORY, file)), runbook).toBe(true);
      return anchor;
    });
    expect(new Set(linked)).toEqual(new Set(anchors));
    expect(anchors.length).toBeGreaterThanOrEqual(10);
  });

  test('none fires while a cluster is well, nor at a failover', async () => {
    const hour = await playHour(
      fault(({ observed }, minute) => {
        observed.set('fleetlm_groups_without_leader', minute === BEGINS ? 85 : 0);
        observed.set('fleetlm_raft_elections_total', 90 + 85);
      }),
    );
    expect(alerts.filter((alert) => firesAt(played(alert), hour) !== null)).toEqual([]);
  });

  test.each(alerts)('$alert fires at its fault, in time', async (alert) => {
    const found = FAULTS[alert.alert];
    if (found === undefined) throw new Error(`no fault of ${alert.alert}`);
    const minute = firesAt(played(alert), await playHour(found.course));
    expect(minute).toBeGreaterThanOrEqual(BEGINS);
    expect(minute).toBeLessThanOrEqual(BEGINS + found.within);
  });
});
