import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { readJson, repositoryRoot } from '../repository.ts';
import { runCommandQuietly } from '../run-quietly.ts';
import { findPackage } from './licences.ts';
import { type Manifest, manifestOf, NODE_MAJOR_MIN, version } from './manifest.ts';
import type { Program } from './programs.ts';

/** Where artefacts are put; git ignores it. */
export const DIST_DIRECTORY = join(repositoryRoot, 'dist');

/** The folder that an artefact is assembled in, empty. */
export function emptyFolder(directory: string, name: string): string {
  const folder = join(directory, `${name}-${version()}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A program that says which Node it needs, where an older one would fail at the first thing that it lacks. */
function programText(file: string, { imports }: Program): string {
  const isCommand = dirname(file) === 'bin';
  const path = relative(dirname(file), imports).replaceAll('\\', '/');
  return `${isCommand ? '#!/usr/bin/env node\n' : ''}const major = Number(process.versions.node.split('.')[0]);
if (major < ${NODE_MAJOR_MIN}) {
  process.stderr.write(\`FleetLM needs Node ${NODE_MAJOR_MIN} or newer; this is \${process.version}.\\n\`);
  process.exit(78);
}
await import('${path.startsWith('.') ? path : `./${path}`}');
`;
}

/** Writes the programs, the manifest and the licence. */
export function writePrograms(
  folder: string,
  name: string,
  programs: Readonly<Record<string, Program>>,
): Manifest {
  for (const [file, program] of Object.entries(programs)) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, programText(file, program));
    if (dirname(file) === 'bin') chmodSync(path, 0o755);
  }
  const manifest = manifestOf(
    name,
    Object.fromEntries(Object.entries(programs).map(([file, { meaning }]) => [file, meaning])),
  );
  writeJson(join(folder, 'manifest.json'), manifest);
  writeJson(join(folder, 'package.json'), {
    name,
    version: manifest.version,
    private: true,
    license: 'Apache-2.0',
    type: 'module',
    engines: { node: `>=${NODE_MAJOR_MIN}` },
    scripts: { start: `node ${Object.keys(programs)[0]}` },
  });
  copyFileSync(join(repositoryRoot, 'LICENSE'), join(folder, 'LICENSE'));
  return manifest;
}

/**
 * Copies an installed package and what it needs into the artefact. Answers with their folders. Optional ones that are not
 * installed are binaries of other platforms.
 */
export function copyPackages(names: readonly string[], artefact: string): readonly string[] {
  const copied = new Map<string, string>();
  const copy = (name: string, from: string, isOptional: boolean): void => {
    const found = findPackage(name, from);
    if (found === null) {
      if (isOptional) return;
      throw new Error(`${name} is not installed: run npm ci`);
    }
    const source = realpathSync(found);
    if (copied.has(name)) return;
    copied.set(name, source);
    cpSync(source, join(artefact, 'node_modules', name), { recursive: true });
    const { dependencies, optionalDependencies } = readJson<{
      readonly dependencies?: Readonly<Record<string, string>>;
      readonly optionalDependencies?: Readonly<Record<string, string>>;
    }>(join(source, 'package.json'));
    for (const needed of Object.keys(dependencies ?? {})) copy(needed, source, false);
    for (const needed of Object.keys(optionalDependencies ?? {})) copy(needed, source, true);
  };
  for (const name of names) copy(name, repositoryRoot, false);
  return [...copied.values()];
}

/** Packs the folder beside itself; the archive holds one folder of the same name. */
export async function pack(folder: string): Promise<string> {
  const archive = `${folder}.tgz`;
  rmSync(archive, { force: true });
  await runCommandQuietly(
    ['tar', '-czf', archive, '-C', dirname(folder), basename(folder)],
    repositoryRoot,
    // macOS would add its extended attributes as files.
    { COPYFILE_DISABLE: '1' },
  );
  return archive;
}

export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
