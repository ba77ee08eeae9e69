/**
 * npm run dist [-- node|web] [--directory DIRECTORY] [--unchecked]: what is deployed, as archives in `dist`. Without a name:
 * all of them. `--unchecked` leaves out the start of the web app from its archive, for which a Postgres is started.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DIST_DIRECTORY } from '../src/dist/artefact.ts';
import { buildNodeArtefact } from '../src/dist/node-artefact.ts';
import { buildWebArtefact } from '../src/dist/web-artefact.ts';

const EXIT_CONFIGURATION = 78;
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const { values, positionals } = parseArgs({
  options: { directory: { type: 'string' }, unchecked: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const BUILDERS: Readonly<
  Record<string, (directory: string) => Promise<{ readonly archive: string }>>
> = {
  node: buildNodeArtefact,
  web: (directory) => buildWebArtefact(directory, { say, isChecked: !values.unchecked }),
};

const unknown = positionals.find((name) => !Object.hasOwn(BUILDERS, name));
if (unknown !== undefined) {
  process.stderr.write(
    `There is no artefact "${unknown}": npm run dist -- [${Object.keys(BUILDERS).join('] [')}] [--directory DIRECTORY] [--unchecked]\n`,
  );
  process.exit(EXIT_CONFIGURATION);
}
const directory = resolve(values.directory ?? DIST_DIRECTORY);
for (const [name, build] of Object.entries(BUILDERS))
  if (positionals.length === 0 || positionals.includes(name)) say((await build(directory)).archive);
