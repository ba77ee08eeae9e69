import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { repositoryRoot } from '../repository.ts';
import type { SourceFile } from './tracked-files.ts';

const LINES_MAX = 600;

const CODE = /\.(ts|tsx|mjs|css)$/;
const EXEMPT = /\/testdata\/|\/migrations\//;

/** Source files over the limit of lines. */
export function tooLong(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => CODE.test(path) && !EXEMPT.test(path))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(
      ({ path, lines }) =>
        `${path} has ${lines} lines; the limit is ${LINES_MAX}: split it by subject`,
    );
}

const FOLDER_FILES_MAX = 20;

/** Folders that may have more source files, and why. One that no longer needs it is to be taken out. */
export const LARGE_FOLDERS: Readonly<Record<string, string>> = {
  'packages/devkit/scripts': 'one file for each command',
};

/** Folders over the limit of source files, tests not counted, and exceptions that are none any more. */
export function tooFull(
  files: readonly SourceFile[],
  exceptions: Readonly<Record<string, string>>,
): readonly string[] {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    if (!CODE.test(path) || EXEMPT.test(path) || /\.test\.tsx?$/.test(path)) continue;
    const folder = dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const over = [...counts].filter(([, count]) => count > FOLDER_FILES_MAX);
  const names = new Set(over.map(([folder]) => folder));
  return [
    ...over
      .filter(([folder]) => !Object.hasOwn(exceptions, folder))
      .map(
        ([folder, count]) =>
          `${folder} has ${count} source files; the limit is ${FOLDER_FILES_MAX}: split it by subject`,
      ),
    ...Object.keys(exceptions)
      .filter((folder) => !names.has(folder))
      .map((folder) => `${folder} needs no exception: take it out of LARGE_FOLDERS`),
  ];
}

/** Words that have no place in the project, put together here so that this file does not hold them. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [
    new RegExp(
      `\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')}|${['X', 'XX'].join('')})\\b`,
    ),
    'unfinished work is not left in the code',
  ],
  [new RegExp(`\\.\\./${'shared'}/`), 'the project speaks of itself alone'],
  [new RegExp(`registry\\.${'npmjs'}`), 'no registry is named'],
  [new RegExp(`@ts-${'(ignore|nocheck)'}`), 'types are not switched off'],
  [new RegExp(`\\bas ${'any'}\\b`), 'nothing is cast to any'],
  [new RegExp(`\\b(it|test|describe)\\.${'(skip|only|todo|fixme)'}\\b`), 'no test is left out'],
];

export function bannedWords(files: readonly SourceFile[]): readonly string[] {
  const found: string[] = [];
  for (const { path, text } of files) {
    for (const [pattern, why] of BANNED) {
      const match = pattern.exec(text);
      if (match === null) continue;
      const line = text.slice(0, match.index).split('\n').length;
      found.push(`${path}:${line} has "${match[0]}": ${why}`);
    }
  }
  return found;
}

const LINK = /\]\(([^)\s]+)\)/g;

/** Links of our pages to files that do not exist. */
export function deadLinks(files: readonly SourceFile[]): readonly string[] {
  const dead: string[] = [];
  for (const { path, text } of files) {
    if (!path.endsWith('.md')) continue;
    for (const [, target = ''] of text.matchAll(LINK)) {
      if (/^[a-z]+:|^#/.test(target)) continue;
      const file = normalize(join(dirname(path), decodeURI(target.replace(/#.*$/, ''))));
      if (!existsSync(join(repositoryRoot, file)))
        dead.push(`${path} links to ${target}, which does not exist`);
    }
  }
  return dead;
}

/** Clock and randomness in folders that have to be deterministic. */
export function impurities(files: readonly SourceFile[]): readonly string[] {
  const PURE =
    /^(packages\/(conversation\/src|raft\/src\/core)|apps\/cluster-node\/src\/membership)\//;
  const WORDS =
    /\bDate\b|\bMath\.random\b|\bperformance\b|\bsetTimeout\b|\bWeakRef\b|\bFinalizationRegistry\b/;
  return files
    .filter(
      ({ path }) =>
        PURE.test(path) && path.endsWith('.ts') && !/\.test\.ts$|\/testing\//.test(path),
    )
    .flatMap(({ path, text }) => {
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      const match = WORDS.exec(code);
      return match === null
        ? []
        : [`${path} uses ${match[0]}: time and chance come with the input`];
    });
}

/** Where an exception of a timer would end a node that serves others. */
const GUARDED_FOLDERS = [
  'compose',
  'control',
  'effects/feed',
  'groups',
  'membership',
  'operations',
  'router',
  'runtime',
];
const UNGUARDED_TIMER = /\bset(?:Timeout|Interval|Immediate)\((?!\s*(?:guarded\(|resolve\b))/g;

/** Timers whose exceptions reach `uncaughtException`. */
export function unguardedTimers(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(
      ({ path }) =>
        GUARDED_FOLDERS.some((folder) => path.startsWith(`apps/cluster-node/src/${folder}/`)) &&
        !path.endsWith('.test.ts'),
    )
    .flatMap(({ path, text }) =>
      [...text.matchAll(UNGUARDED_TIMER)].map(
        ({ index }) =>
          `${path}:${text.slice(0, index).split('\n').length}: a timer without guarded()`,
      ),
    );
}

const METRICS = 'apps/cluster-node/src/telemetry/metrics.ts';
const OPERATIONS_PAGE = 'docs/guide/operations.md';

/** Metrics of a node that its operators' page lacks, and metrics that the page names and no node has. */
export function undocumentedMetrics(files: readonly SourceFile[]): readonly string[] {
  const namesIn = (path: string, pattern: RegExp): ReadonlySet<string> => {
    const text = files.find((file) => file.path === path)?.text ?? '';
    return new Set(Array.from(text.matchAll(pattern), ([, name = '']) => name));
  };
  const counted = namesIn(METRICS, /'(fleetlm_\w+)'/g);
  const documented = namesIn(OPERATIONS_PAGE, /`(fleetlm_\w+)/g);
  return [
    ...[...counted]
      .filter((name) => !documented.has(name))
      .map((name) => `${OPERATIONS_PAGE} lacks ${name}`),
    ...[...documented]
      .filter((name) => !counted.has(name))
      .map((name) => `${OPERATIONS_PAGE} names ${name}: there is none`),
  ];
}
