/** `bin/fleetlm` of the artefact of a node: other programs are those beside it, and those of the web app where it is installed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { type ProgramFile, runProcess } from '@fleetlm/cli';
import * as z from 'zod';

/** This file becomes `lib/fleetlm.js`. */
const ARTEFACT = join(import.meta.dirname, '..');
const WEB_DIRECTORY = process.env.FLEETLM_WEB_DIR || join(ARTEFACT, '../web');

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(ARTEFACT, 'package.json'), 'utf8')));

function installed(file: string): ProgramFile | null {
  return existsSync(file) ? { file } : null;
}

await runProcess(version, {
  startNode: () => import(pathToFileURL(join(ARTEFACT, 'main.js')).href),
  restore: installed(join(ARTEFACT, 'restore.js')),
  account: installed(join(WEB_DIRECTORY, 'account.js')),
  // It builds its faults from the sources.
  torture: null,
});
