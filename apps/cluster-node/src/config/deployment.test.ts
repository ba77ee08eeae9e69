import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { NODE_PROGRAMS, WEB_PROGRAMS } from '../../../../packages/devkit/src/dist/programs.ts';
import { REPORT_MS, START_EXTENSION_MS } from '../ops/service-manager.ts';
import { readEnvironment } from './environment.ts';
import { VARIABLES } from './variables.ts';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const CHART = 'deploy/helm/fleetlm';
const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

/** What an operator puts into `.env` or a Secret. */
const SECRETS: Readonly<Record<string, string>> = {
  CLUSTER_SECRET: 'a-cluster-secret-of-32-characters-or-more',
  SECRET_KEYS: 'a-key-for-signing-secrets',
  AUTH_JWT_SECRET: 'a-secret-for-tokens-of-32-characters',
  BETTER_AUTH_SECRET: 'a-secret-for-cookies-of-32-characters',
  API_KEY: 'an-api-key-of-at-least-32-characters',
  POSTGRES_PASSWORD: 'a-password',
};
const NODE_VARIABLES = new Set(Object.keys(VARIABLES));
/** The schema of the web app's environment is for Next's server alone: its names are read from its text. */
const WEB_VARIABLES = new Set(
  Array.from(read('apps/web/server/env.ts').matchAll(/^ {2}([A-Z_]+):/gm), ([, name = '']) => name),
);
/** What Node and Next read themselves, and what `start-artefact.ts` turns into it. */
const OF_THE_PLATFORM = ['NODE_ENV', 'HOST', 'PORT'];

const unknownNames = (names: readonly string[], known: ReadonlySet<string>): readonly string[] =>
  names.filter((name) => !known.has(name) && !OF_THE_PLATFORM.includes(name));

describe('compose.yaml', () => {
  const composeSchema = z.object({
    services: z.record(
      z.string(),
      z.looseObject({
        build: z.strictObject({ context: z.string(), target: z.string() }).optional(),
        environment: z.record(z.string(), z.string()).default({}),
        entrypoint: z.array(z.string()).optional(),
        volumes: z.array(z.string()).default([]),
        depends_on: z.record(z.string(), z.unknown()).default({}),
      }),
    ),
    volumes: z.record(z.string(), z.unknown()),
  });
  const { services, volumes } = composeSchema.parse(parse(read('compose.yaml'), { merge: true }));
  const environmentOf = (name: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(services[name]?.environment ?? {}).map(([key, value]) => [
        key,
        value.replace(/\$\{(\w+):\?[^}]*\}/g, (_, variable: string) => {
          const secret = SECRETS[variable];
          if (secret === undefined) throw new Error(`.env has no ${variable}`);
          return secret;
        }),
      ]),
    );

  test.each(['n1', 'n2', 'n3'])('%s starts with its environment', (name) => {
    const environment = environmentOf(name);
    expect(unknownNames(Object.keys(environment), NODE_VARIABLES)).toEqual([]);
    const read = readEnvironment({ ...environment, ...imageEnvironment('node') });
    expect(read.nodeId).toBe(name);
    expect(read.peers.map(({ host }) => host)).toEqual(['n1', 'n2', 'n3']);
    expect(read.peers.every(({ port }) => port === read.mesh.port)).toBe(true);
  });

  test('the web app is given variables that it reads, and nodes that exist', () => {
    const environment = environmentOf('web');
    expect(unknownNames(Object.keys(environment), WEB_VARIABLES)).toEqual([]);
    for (const url of environment.NODE_URLS_INTERNAL?.split(',') ?? []) {
      const { hostname, port } = new URL(url);
      expect(Object.keys(services)).toContain(hostname);
      expect(port).toBe(imageEnvironment('node').PORT);
    }
  });

  test('what a service depends on, builds and stores exists', () => {
    for (const service of Object.values(services)) {
      for (const name of Object.keys(service.depends_on)) expect(services).toHaveProperty(name);
      if (service.build !== undefined)
        expect(read('Dockerfile')).toContain(`AS ${service.build.target}\n`);
      for (const volume of service.volumes)
        expect(Object.keys(volumes)).toContain(volume.split(':')[0]);
    }
  });

  test('the agent runs a program of the artefact', () => {
    expect(services.agent?.entrypoint).toEqual(['node', '/app/demo-agent.js']);
    expect(NODE_PROGRAMS).toHaveProperty(['demo-agent.js']);
  });
});

describe('docs/operate/install.md', () => {
  test('names every variable of the web app', () => {
    const page = read('docs/operate/install.md');
    expect(WEB_VARIABLES.size).toBeGreaterThan(5);
    for (const name of WEB_VARIABLES) expect(page).toContain(`\`${name}`);
  });
});

/** The last stage of that name. */
function stageOf(name: 'node' | 'web'): string {
  const stage = read('Dockerfile')
    .split(/^(?=FROM )/m)
    .find((text) => text.startsWith('FROM') && text.includes(` AS ${name}\n`));
  if (stage === undefined) throw new Error(`the Dockerfile has no stage ${name}`);
  return stage;
}

function imageEnvironment(name: 'node' | 'web'): Readonly<Record<string, string>> {
  const pairs = Array.from(stageOf(name).matchAll(/^ENV (.*)$/gm), ([, line = '']) =>
    line.split(' '),
  );
  return Object.fromEntries(pairs.flat().map((pair) => pair.split('=') as [string, string]));
}

describe('Dockerfile', () => {
  test.each([
    ['node', NODE_PROGRAMS, NODE_VARIABLES],
    ['web', WEB_PROGRAMS, WEB_VARIABLES],
  ] as const)('%s runs programs of its artefact, unprivileged', (name, programs, variables) => {
    const stage = stageOf(name);
    const called = Array.from(stage.matchAll(/"\/app\/([^"]+)"/g), ([, file = '']) => file);
    expect(called.toSorted()).toEqual(['healthcheck.js', 'main.js']);
    for (const file of called) expect(Object.keys(programs)).toContain(file);
    expect(unknownNames(Object.keys(imageEnvironment(name)), variables)).toEqual([]);
    expect(stage).toMatch(/^USER 1000:1000$/m);
    expect(stage).toMatch(/^HEALTHCHECK /m);
  });

  test('its context has all workspaces', () => {
    const allowed = read('.dockerignore');
    for (const path of ['!apps', '!packages', '!examples/*/package.json', '!package-lock.json'])
      expect(allowed.split('\n')).toContain(path);
  });
});

test('monitoring scrapes the operations port of the image', () => {
  const { OPS_PORT = '', OPS_HOST } = imageEnvironment('node');
  expect(OPS_HOST).toBe('0.0.0.0');
  const pods = read(`${CHART}/templates/statefulset.yaml`);
  expect(pods).toContain(`prometheus.io/port: '${OPS_PORT}'`);
  expect(pods).toContain(`- name: ops\n              containerPort: ${OPS_PORT}\n`);
  expect(pods).toContain(`- name: OPS_PORT\n              value: '${OPS_PORT}'\n`);
  const services = read(`${CHART}/templates/services.yaml`);
  expect(services).toContain(`- name: ops\n      port: ${OPS_PORT}\n      targetPort: ops\n`);
  expect(read(`${CHART}/templates/servicemonitor.yaml`)).toContain('- port: ops\n');
  expect(read('deploy/observability/prometheus.yaml')).toContain(`:${OPS_PORT}"`);
});

test('the unit of a node expects the reports that a node sends', () => {
  const unit = read('deploy/systemd/fleetlm-node@.service');
  const seconds = (name: string): number =>
    Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(unit)?.[1]);
  expect(unit).toMatch(/^Type=notify$/m);
  // The helper that sends them is another process of the unit.
  expect(unit).toMatch(/^NotifyAccess=all$/m);
  expect(seconds('WatchdogSec') * 1000).toBeGreaterThanOrEqual(3 * REPORT_MS);
  expect(seconds('TimeoutStartSec') * 1000).toBeGreaterThan(3 * REPORT_MS);
  expect(START_EXTENSION_MS).toBeGreaterThan(3 * REPORT_MS);
});

describe('systemd units', () => {
  test.each([
    ['fleetlm-node@.service', 'node', NODE_PROGRAMS, NODE_VARIABLES],
    ['fleetlm-web.service', 'web', WEB_PROGRAMS, WEB_VARIABLES],
  ] as const)('%s runs programs of its artefact', (file, folder, programs, variables) => {
    const unit = read(`deploy/systemd/${file}`);
    const called = Array.from(
      unit.matchAll(/\/opt\/fleetlm\/(\w+)\/([\w.-]+\.js\b)/g),
      ([, directory, program]) => ({ directory, program }),
    );
    expect(called).toContainEqual({ directory: folder, program: 'main.js' });
    for (const { directory, program = '' } of called) {
      expect(directory).toBe(folder);
      expect(Object.keys(programs)).toContain(program);
    }
    const names = Array.from(unit.matchAll(/^Environment=(.*)$/gm), ([, line = '']) =>
      line.split(' ').map((pair) => pair.split('=')[0] ?? ''),
    );
    expect(unknownNames(names.flat(), variables)).toEqual([]);
  });
});

describe('the chart', () => {
  const templates = readdirSync(join(REPOSITORY, CHART, 'templates')).map((file) => ({
    file,
    text: read(`${CHART}/templates/${file}`),
  }));
  const values: unknown = parse(read(`${CHART}/values.yaml`));
  const schema = z.fromJSONSchema(JSON.parse(read(`${CHART}/values.schema.json`)));

  test('the default values fit the schema, with what must be set', () => {
    expect(schema.safeParse(values).error).toBeUndefined();
  });

  test.each([
    ['replicaCount', 0],
    ['replicaCount', 33],
    ['replicaCont', 3],
    ['env', { LOG_LEVEL: 7 }],
    ['terminationGracePeriodSeconds', 10],
  ])('a value that is wrong is refused: %s: %j', (name, value) => {
    expect(schema.safeParse({ ...z.looseObject({}).parse(values), [name]: value }).success).toBe(
      false,
    );
  });

  test('a template names only values that exist, with their default', () => {
    const missing = templates.flatMap(({ file, text }) =>
      Array.from(text.matchAll(/\.Values((?:\.\w+)+)/g), ([, path = '']) => path.slice(1))
        .filter((path) => !hasPath(values, path.split('.')))
        .map((path) => `${file}: ${path}`),
    );
    // Secrets have no default.
    expect(missing).toEqual(['secret.yaml: secret.values.BETTER_AUTH_SECRET']);
  });

  test('a template that is included is defined, and every block ends', () => {
    const text = templates.map((template) => template.text).join('\n');
    const defined = new Set(Array.from(text.matchAll(/define "([^"]+)"/g), ([, name]) => name));
    for (const [, name] of text.matchAll(/include "([^"]+)"/g)) expect(defined).toContain(name);
    for (const template of templates) {
      const opened = template.text.match(/\{\{-? *(if|range|with|define) /g) ?? [];
      const closed = template.text.match(/\{\{-? *end *-?\}\}/g) ?? [];
      expect({ file: template.file, blocks: opened.length }).toEqual({
        file: template.file,
        blocks: closed.length,
      });
    }
  });

  test.each([
    ['statefulset.yaml', NODE_VARIABLES],
    ['web.yaml', WEB_VARIABLES],
  ])('%s sets variables that are read', (file, variables) => {
    const text = read(`${CHART}/templates/${file}`);
    const names = Array.from(text.matchAll(/- name: ([A-Z_]+)$/gm), ([, name = '']) => name);
    expect(names.length).toBeGreaterThan(2);
    expect(unknownNames(names, variables)).toEqual([]);
  });

  test('without its template language it is YAML', () => {
    for (const { file, text } of templates.filter((template) => template.file.endsWith('.yaml'))) {
      const bare = text.replace(/^\s*\{\{.*\}\}\s*$\n/gm, '').replace(/\{\{[^}]*\}\}/g, 'x');
      for (const document of parseAllDocuments(bare))
        expect({ file, errors: document.errors }).toEqual({ file, errors: [] });
    }
  });
});

function hasPath(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
  return hasPath(Reflect.get(value, name), rest);
}
