import { dirname, join, normalize } from 'node:path';
import type { SourceFile } from './tracked-files.ts';

/** A folder and what it may not import; the reason is part of the failure's message. */
interface Arrow {
  readonly from: string;
  /** Files of the folder that the arrow does not hold for. */
  readonly except?: RegExp;
  readonly not: readonly RegExp[] | ((path: string) => readonly RegExp[]);
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
  blobs: [],
  ops: ['gateway', 'runtime', 'telemetry'],
  runtime: [
    'blobs',
    'control',
    'control/reports',
    'effects',
    'effects/deliveries',
    'effects/dispatch',
    'effects/events',
    'effects/feed',
    'membership',
    'operations',
    'router',
    'telemetry',
  ],
  control: [
    'control/reports',
    'effects/dispatch',
    'effects/feed',
    'effects/flusher',
    'groups',
    'membership',
    'operations',
    'router',
    'telemetry',
  ],
  'control/reports': [
    'effects/dispatch',
    'effects/feed',
    'effects/flusher',
    'groups',
    'membership',
    'operations',
    'telemetry',
  ],
  router: ['operations', 'telemetry'],
  operations: [
    'blobs',
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
  'effects/events': ['effects', 'effects/dispatch', 'telemetry'],
  'effects/feed': ['effects', 'effects/dispatch', 'telemetry'],
  'effects/flusher': ['effects', 'telemetry'],
  membership: [],
  restore: ['control', 'effects/flusher', 'groups', 'membership', 'runtime'],
  config: ['blobs', 'gateway', 'telemetry'],
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

const WEB = 'apps/web';
const webRooms = (...rooms: readonly string[]): readonly RegExp[] =>
  rooms.map((room) => new RegExp(`^${WEB}/${room}/`));

/** Routes and the shell stand over the features, those over `ui`; `common` is under everything. */
const WEB_ARROWS: readonly Arrow[] = [
  {
    from: `${WEB}/`,
    not: [/^apps\/cluster-node\//, /^@fleetlm\/(conversation|cluster-node|bench|devkit)/],
    why: 'the web app is a client like any other',
  },
  {
    from: `${WEB}/features/`,
    not: webRooms('app', 'shell'),
    why: 'routes import features: a screen must not depend on the address that it is at',
  },
  {
    from: `${WEB}/features/`,
    except: /\/actions\.ts$/,
    not: webRooms('server'),
    why: 'only server actions reach the server from here, so nothing of it gets into a browser',
  },
  {
    from: `${WEB}/features/`,
    not: (path) => {
      const own = path.split('/')[3] ?? '';
      return [new RegExp(`^${WEB}/features/(?!${own}/)(?![a-z-]+/index\\.ts$)`)];
    },
    why: 'what another feature offers is in its index.ts',
  },
  {
    from: `${WEB}/shell/`,
    not: webRooms('app', 'server'),
    why: 'it is the frame of the pages, in the browser',
  },
  {
    from: `${WEB}/ui/`,
    not: webRooms('app', 'features', 'server', 'shell'),
    why: 'every feature is drawn with it',
  },
  {
    from: `${WEB}/server/`,
    not: webRooms('app', 'features', 'shell'),
    why: 'routes and actions ask the server, which knows none of them',
  },
  {
    from: `${WEB}/common/`,
    not: webRooms('app', 'features', 'server', 'shell', 'ui'),
    why: 'the browser and the server read it',
  },
];

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
    not: [/^node:/, /^@fleetlm\/(?!protocol\/(?:agent-fields|group-hash)$)/],
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
    from: 'packages/cli/src/',
    not: [/^apps\//, /^@fleetlm\/(?!protocol)/],
    why: 'it speaks the public interface only',
  },
  {
    from: 'packages/bench/src/',
    not: [/^apps\//, /^@fleetlm\/(cluster-node|conversation|raft)/],
    why: 'it speaks the public interface only',
  },
  ...WEB_ARROWS,
];

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]/g;
const DYNAMIC_IMPORT = /\bimport\(\s*['"]([^'"]+)['"]/g;
const TEST = /\.test\.tsx?$|\/(test|testing|bench)\//;

/** Imports that point against the arrows, each as a sentence. */
export function brokenArrows(files: readonly SourceFile[]): readonly string[] {
  const broken: string[] = [];
  for (const file of files) {
    if (!/\.tsx?$/.test(file.path) || TEST.test(file.path)) continue;
    broken.push(...brokenRooms(file));
    for (const arrow of ARROWS) {
      if (!file.path.startsWith(arrow.from) || arrow.except?.test(file.path)) continue;
      const not = typeof arrow.not === 'function' ? arrow.not(file.path) : arrow.not;
      for (const target of importsOf(file)) {
        if (not.some((pattern) => pattern.test(target))) {
          broken.push(
            `${file.path} imports ${target}: not from ${arrow.from}, because ${arrow.why}`,
          );
        }
      }
    }
  }
  return broken;
}

/** What a file imports, types and later imports included: packages as written, paths from the repository's root. */
export function importsOf({ path, text }: SourceFile): readonly string[] {
  const targets = [IMPORT, DYNAMIC_IMPORT].flatMap((form) =>
    [...text.matchAll(form)].map(([, target = '']) => target),
  );
  return targets.map((target) => {
    if (target.startsWith('.')) return normalize(join(dirname(path), target));
    return target.startsWith('@/') ? target.replace('@', WEB) : target;
  });
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
