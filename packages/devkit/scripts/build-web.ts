/** Builds the web app when something that it is made from changed. */
import { buildWebIfNeeded } from '../src/build.ts';

await buildWebIfNeeded((text) => process.stdout.write(`${text}\n`));
