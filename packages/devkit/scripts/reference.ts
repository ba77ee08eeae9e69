import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referenceFiles } from '../src/reference/reference-files.ts';
import { repositoryRoot } from '../src/repository.ts';

/** Writes the pages of docs/reference anew from the protocol's schemas. Part of `npm run generate`. */
for (const { path, text } of referenceFiles()) writeFileSync(join(repositoryRoot, path), text);
