import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '@fleetlm/database/free-ports';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { metricsOf } from '../src/telemetry/testing/promql.ts';
import { API_KEY, TestCluster } from './support/cluster.ts';

const COMMAND = join(import.meta.dirname, '../../../packages/cli/bin/fleetlm.mjs');

const rulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ expr: z.string() })) })),
});

let cluster: TestCluster;
let ops: string;

beforeAll(async () => {
  const [port] = await freePorts(1);
  ops = `http://127.0.0.1:${port}`;
  cluster = await TestCluster.start({ size: 1, env: { OPS_PORT: String(port) } });
});
afterAll(() => cluster.close());

const operate = (method: string, path: string): Promise<Response> =>
  fetch(`${ops}${path}`, { method, headers: { authorization: `Bearer ${API_KEY}` } });

test('metrics are on the operations port alone, health on both', async () => {
  const metrics = await fetch(`${ops}/metrics`);
  expect(await metrics.text()).toContain('fleetlm_groups_led');
  expect((await cluster.text('n1', 'GET', '/metrics')).status).toBe(404);
  for (const base of [ops, cluster.node('n1').url])
    expect((await fetch(`${base}/health/ready`)).status).toBe(200);
  // What the public port serves is not here.
  expect((await operate('GET', '/api/admin/cluster')).status).toBe(404);
});

test('a real node has every metric of the alerts and of the dashboard', async () => {
  const folder = join(import.meta.dirname, '../../../deploy/observability');
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const expressions = [
    ...Array.from(read('grafana-dashboard.json').matchAll(/"expr": (".*")/g), ([, text = '']) =>
      z.string().parse(JSON.parse(text)),
    ),
    ...rulesSchema
      .parse(parse(read('alerts.yaml')))
      .groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
  ];
  expect(expressions.length).toBeGreaterThan(40);
  const scraped = await (await fetch(`${ops}/metrics`)).text();
  const served = new Set(Array.from(scraped.matchAll(/^# TYPE (\w+) /gm), ([, name]) => name));
  const named = new Set(expressions.flatMap(metricsOf).map((name) => name.replace(/_bucket$/, '')));
  // Prometheus itself says whether a node is up.
  expect([...named].filter((name) => name !== 'up' && !served.has(name))).toEqual([]);
});

test('a node that serves is profiled, and says more when it is asked to', async () => {
  const work = Promise.all(
    Array.from({ length: 20 }, () => cluster.call('n1', 'GET', '/api/admin/cluster')),
  );
  const profile = await operate('POST', '/debug/profiles/cpu?seconds=1');
  const { nodes } = z.object({ nodes: z.array(z.unknown()) }).parse(await profile.json());
  expect(nodes.length).toBeGreaterThan(10);
  await work;
  await operate('PUT', '/debug/log-level?level=info&seconds=60');
  await expect.poll(() => cluster.node('n1').output()).toContain('ops: log level was changed');
});

test('the command line profiles the node and changes its log level', async () => {
  const output = join(cluster.node('n1').dataDirectory, 'n1.cpuprofile');
  const fleetlm = (...args: readonly string[]): string =>
    execFileSync(process.execPath, [COMMAND, ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, FLEETLM_OPS_URL: ops, FLEETLM_TOKEN: API_KEY },
    });
  fleetlm('profile', 'cpu', '--seconds', '1', '--output', output);
  expect(JSON.parse(readFileSync(output, 'utf8'))).toHaveProperty('nodes');
  expect(fleetlm('log-level', 'debug', '--seconds', '60')).toMatch(/^debug until \d{4}-/);
  expect(JSON.parse(fleetlm('log-level', '--json'))).toMatchObject({ level: 'debug' });
});
