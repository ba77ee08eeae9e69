import { dirname, join, normalize } from 'node:path';
import type { SourceFile } from './tracked-files.ts';

/** A folder and what it may not import; the reason is part of the failure's message. */
interface Arrow {
  readonly from: string;
  readonly not: readonly RegExp[];
  readonly why: string;
}

const NODE = 'apps/cluster-node/src';
const above = (...folders: readonly string[]): readonly RegExp[] =>
  folders.map((folder) => new RegExp(`^${NODE}/${folder}/`));

/**
 * What each folder of the node may import besides itself and the files beside the folders; the most specific entry
 * counts. Type imports are imports: they say just as well who knows whom. `null`: everything.
 */
const ROOMS: Readonly<Record<string, readonly string[] | null>> = {
  compose: null,
  'limit-rows': null,
  gateway: ['config', 'runtime', 'telemetry'],
  runtime: [
    'control',
    'effects',
    'effects/deliveries',
    'effects/dispatch',
    'effects/feed',
    'membership',
    'operations',
    'router',
    'telemetry',
  ],
  control: [
    'effects/dispatch',
    'effects/feed',
    'effects/flusher',
    'groups',
    'membership',
    'operations',
    'router',
    'telemetry',
  ],
  router: ['operations', 'telemetry'],
  operations: [
    'effects',
    'effects/deliveries',
    'effects/dispatch',
    'effects/feed',
    'effects/flusher',
    'groups',
    'membership',
    'telemetry',
  ],
  groups: ['effects', 'membership', 'telemetry'],
  effects: ['effects/deliveries', 'effects/dispatch', 'effects/feed', 'membership'],
  'effects/deliveries': ['effects', 'effects/dispatch', 'telemetry'],
  'effects/dispatch': ['effects', 'telemetry'],
  'effects/feed': ['effects', 'effects/dispatch', 'telemetry'],
  'effects/flusher': ['effects', 'telemetry'],
  membership: [],
  restore: ['control', 'effects/flusher', 'groups', 'membership', 'runtime'],
  config: ['gateway', 'telemetry'],
  telemetry: [],
};

/** The folder of a file of the node, as ROOMS names it; null: beside the folders, or no file of the node. */
function roomOf(path: string): string | null {
  const [first, second] = path.startsWith(`${NODE}/`)
    ? path
        .slice(NODE.length + 1)
        .split('/')
        .slice(0, -1)
    : [];
  if (first === undefined) return null;
  const nested = `${first}/${second ?? ''}`;
  return nested in ROOMS ? nested : first;
}

/** Imports between folders of the node that ROOMS does not allow, and folders that it does not name. */
function brokenRooms(file: SourceFile): readonly string[] {
  const room = roomOf(file.path);
  if (room === null) return [];
  const allowed = ROOMS[room];
  if (allowed === undefined) return [`${NODE}/${room}/ has no rule: give it one in ROOMS`];
  if (allowed === null) return [];
  return importsOf(file).flatMap((target) => {
    const other = roomOf(target);
    return other === null || other === room || allowed.includes(other)
      ? []
      : [`${file.path} imports ${target}: ${room}/ may not import ${other}/`];
  });
}

const ARROWS: readonly Arrow[] = [
  {
    from: `${NODE}/gateway/`,
    not: [/^@fleetlm\/(raft|conversation|database)/],
    why: 'the edge knows the runtime only: then the engine can change behind it',
  },
  {
    from: `${NODE}/runtime/`,
    not: [/^(socket\.io|fastify)/],
    why: 'the runtime is one door for every edge, so it may know none of them',
  },
  {
    from: `${NODE}/effects/dispatch/`,
    not: [/^@fleetlm\/database/],
    why: 'calling agents must not depend on Postgres',
  },
  {
    from: `${NODE}/effects/feed/`,
    not: [...above('effects/dispatch/(?!dispatch-api)'), /^socket\.io/],
    why: "the feed hands events to sinks; whose sockets they are is the gateway's",
  },
  {
    from: `${NODE}/membership/`,
    not: [/^node:/, /^@fleetlm\/(?!protocol\/group-hash$)/],
    why: 'what nodes decide from the same facts must be the same everywhere: it is pure',
  },
  { from: `${NODE}/telemetry/`, not: [/^@fleetlm\/(?!protocol)/], why: 'every folder imports it' },
  {
    from: 'packages/conversation/src/',
    not: [/^(?!packages\/conversation\/src\/)/],
    why: 'the state machine is pure',
  },
  {
    from: 'packages/raft/src/core/',
    not: [/^(?!packages\/raft\/src\/core\/)/],
    why: 'the core is pure',
  },
  {
    from: 'packages/raft/src/wal/',
    not: [/^packages\/raft\/src\/(mesh|host|sim)\//],
    why: 'the log serves the host',
  },
  {
    from: 'packages/raft/src/mesh/',
    not: [/^packages\/raft\/src\/(wal|host|sim)\//],
    why: 'the mesh carries frames',
  },
  {
    from: 'packages/raft/src/host/',
    not: [/^packages\/raft\/src\/sim\//],
    why: 'the simulator drives the host',
  },
  {
    from: 'packages/raft/src/playground/',
    not: [
      /^node:/,
      /^packages\/raft\/src\/(?!core\/|playground\/|clock\/event-heap\.ts|sim\/harness\/random\.ts)/,
    ],
    why: 'it runs in browsers',
  },
  {
    from: 'packages/database/src/',
    not: [/^@prisma\//, /^packages\/database\/src\/generated\//],
    why: "nodes load it, and the generated client is the web app's",
  },
  {
    from: `${NODE}/`,
    not: [/^@prisma\//, /^@fleetlm\/database\/client$/],
    why: 'the archive is plain SQL: a node starts without Prisma',
  },
  { from: 'packages/protocol/src/', not: [/^node:/, /^@fleetlm\//], why: 'browsers read it too' },
  {
    from: 'packages/client/src/',
    not: [/^node:/, /^@fleetlm\/(?!protocol)/],
    why: 'it ships to browsers',
  },
  {
    from: 'packages/bench/src/',
    not: [/^apps\//, /^@fleetlm\/(cluster-node|conversation|raft)/],
    why: 'it speaks the public interface only',
  },
  {
    from: 'apps/web/',
    not: [/^apps\/cluster-node\//, /^@fleetlm\/(conversation|cluster-node|bench|devkit)/],
    why: 'the web app is a client like any other',
  },
];

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]/g;
const TEST = /\.test\.tsx?$|\/(test|testing|bench)\//;

/** Imports that point against the arrows, each as a sentence. */
export function brokenArrows(files: readonly SourceFile[]): readonly string[] {
  const broken: string[] = [];
  for (const file of files) {
    if (!/\.tsx?$/.test(file.path) || TEST.test(file.path)) continue;
    broken.push(...brokenRooms(file));
    for (const arrow of ARROWS) {
      if (!file.path.startsWith(arrow.from)) continue;
      for (const target of importsOf(file)) {
        if (arrow.not.some((pattern) => pattern.test(target))) {
          broken.push(
            `${file.path} imports ${target}: not from ${arrow.from}, because ${arrow.why}`,
          );
        }
      }
    }
  }
  return broken;
}

/** What a file imports: packages as written, relative paths from the repository's root. */
export function importsOf(file: SourceFile): readonly string[] {
  return [...file.text.matchAll(IMPORT)].map(([, target = '']) =>
    target.startsWith('.') ? normalize(join(dirname(file.path), target)) : target,
  );
}

/** Files of the node that import each other in a circle, each circle as one line; type imports are imports, too. */
export function importCycles(files: readonly SourceFile[]): readonly string[] {
  const imports = new Map(
    files
      .filter(({ path }) => path.startsWith(`${NODE}/`) && !TEST.test(path))
      .map((file) => [file.path, importsOf(file)]),
  );
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) cycles.push([...trail.slice(start), path].join(' -> '));
    if (start !== -1 || done.has(path)) return;
    for (const target of imports.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of imports.keys()) walk(path, []);
  return cycles;
}
