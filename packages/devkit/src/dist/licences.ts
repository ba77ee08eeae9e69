import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readJson } from '../repository.ts';

const PACKAGE_OF_FILE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LICENCE = /^(licen[cs]e|copying|notice)(\.|-|$)/i;

/** The packages that files belong to, as folders, each once. */
export function packageFolders(files: readonly string[]): readonly string[] {
  const folders = files.flatMap((file) => PACKAGE_OF_FILE.exec(file.replaceAll('\\', '/')) ?? []);
  return [...new Set(folders)].sort();
}

/** Licences of the packages that are part of an artefact: most of them ask to be passed on. */
export function thirdPartyLicences(folders: readonly string[]): string {
  return folders
    .map((folder) => {
      const { name, version, license } = readJson<{
        readonly name: string;
        readonly version: string;
        readonly license?: string;
      }>(join(folder, 'package.json'));
      const texts = readdirSync(folder)
        .filter((file) => LICENCE.test(file))
        .map((file) => readFileSync(join(folder, file), 'utf8').trim());
      return [`${name} ${version} (${license ?? 'no licence stated'})`, ...texts].join('\n\n');
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`);
}

/** The folder of a package as Node resolves it from another one. Null: it is not installed. */
export function findPackage(name: string, from: string): string | null {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(at) === at) return null;
  }
}
