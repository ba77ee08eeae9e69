import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FuzzCase, fuzzCaseSchema } from '../inputs/case.ts';
import { HTTP_CORPUS } from './http.ts';
import { MESH_CORPUS } from './mesh.ts';
import { PAGES_CORPUS } from './pages.ts';
import { PEER_CORPUS } from './peer.ts';
import { REST_CORPUS } from './rest.ts';
import { SOCKET_CORPUS } from './socket.ts';
import { WEBHOOK_CORPUS } from './webhook.ts';

const FOUND = join(import.meta.dirname, 'found');

/** Inputs that a campaign found something with, as it saved them; each stays here for good. */
function foundCases(): readonly FuzzCase[] {
  return readdirSync(FOUND)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readCase(join(FOUND, name)));
}

/** A saved input; throws an error that names the file and what is wrong with it. */
export function readCase(file: string): FuzzCase {
  const parsed = fuzzCaseSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `${file} is no saved input: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
  );
}

/** What is played before anything is drawn: those that would stop a node or lose a group come last. */
export function corpus(): readonly FuzzCase[] {
  return [
    ...REST_CORPUS,
    ...SOCKET_CORPUS,
    ...HTTP_CORPUS,
    ...MESH_CORPUS,
    ...PAGES_CORPUS,
    ...PEER_CORPUS,
    ...WEBHOOK_CORPUS,
    ...foundCases(),
  ];
}
