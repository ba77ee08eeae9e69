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

/** Left to right: gateway, runtime, router, groups, effects. Nobody imports what stands on its left. */
const ARROWS: readonly Arrow[] = [
  {
    from: `${NODE}/gateway/`,
    not: [
      ...above('router', 'groups', 'effects/feed', 'effects/flusher'),
      /^@fleetlm\/(raft|conversation|database)/,
    ],
    why: 'the edge knows the runtime only: then the engine can change behind it',
  },
  {
    from: `${NODE}/runtime/`,
    not: [...above('gateway'), /^(socket\.io|fastify)/],
    why: 'the runtime is one door for every edge, so it may know none of them',
  },
  { from: `${NODE}/router/`, not: above('gateway', 'runtime'), why: 'data goes left to right' },
  {
    from: `${NODE}/groups/`,
    not: above('gateway', 'runtime', 'router'),
    why: 'data goes left to right',
  },
  {
    from: `${NODE}/effects/`,
    not: above('gateway', 'router', 'groups'),
    why: 'performers get what they need from main.ts, as functions',
  },
  {
    from: `${NODE}/effects/dispatch/`,
    not: [...above('effects/feed', 'effects/flusher'), /^@fleetlm\/database/],
    why: 'calling agents must not depend on sockets or Postgres',
  },
  {
    from: `${NODE}/effects/feed/`,
    not: [...above('effects/dispatch/(?!dispatch-api)', 'effects/flusher'), /^socket\.io/],
    why: "the feed hands events to sinks; whose sockets they are is the gateway's",
  },
  {
    from: `${NODE}/telemetry/`,
    not: [/^@fleetlm\//, ...above('(?!telemetry)[a-z]+')],
    why: 'everybody imports it',
  },
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
    not: [/^node:/, /^packages\/raft\/src\/(?!core\/|playground\/|sim\/(random|event-heap)\.ts)/],
    why: 'it runs in browsers',
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
