import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, repositoryRoot } from '../repository.ts';
import { MissingMeanings } from './field-meanings.ts';
import { openApiDocument } from './openapi.ts';
import { pageRegions } from './page-regions.ts';
import { fillRegions } from './regions.ts';

const FOLDER = 'docs/reference';

export interface ReferenceFile {
  /** From the repository's root. */
  readonly path: string;
  /** As it should be. */
  readonly text: string;
}

/**
 * The files of the reference as they should be: made of the protocol's schemas and tables, and of what the
 * pages say by hand. Throws an Error that names fields without a meaning.
 */
export function referenceFiles(): readonly ReferenceFile[] {
  const { version } = readJson<{ version: string }>(join(repositoryRoot, 'package.json'));
  const meanings = new MissingMeanings();
  const pages = Object.entries(pageRegions(meanings)).map(([page, regions]) => {
    const path = `${FOLDER}/${page}`;
    const text = readFileSync(join(repositoryRoot, path), 'utf8');
    return { path, text: fillRegions(path, text, regions) };
  });
  if (meanings.names.size > 0) {
    throw new Error(
      `packages/devkit/src/reference/field-meanings.ts lacks a line for ${[...meanings.names].join(', ')}`,
    );
  }
  const openapi = `${JSON.stringify(openApiDocument(version), null, 2)}\n`;
  return [{ path: `${FOLDER}/openapi.json`, text: openapi }, ...pages];
}
