import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMIT_EDGES } from '@fleetlm/protocol/reference';
import { expect, test } from 'vitest';
import { trackedFiles } from '../house-rules/tracked-files.ts';
import { repositoryRoot } from '../repository.ts';
import { ALL_LIMIT_ROWS, BOUNDARY_TEST } from './limit-tables.ts';

const textOf = (path: string): string => {
  const file = join(repositoryRoot, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

test('every edge has limits', () => {
  const edges = new Set(ALL_LIMIT_ROWS.map(({ edge }) => edge));
  expect(LIMIT_EDGES.filter((edge) => !edges.has(edge))).toEqual([]);
});

test('every limit is enforced in a file that mentions it, and has a test that exists', () => {
  const wrong = ALL_LIMIT_ROWS.filter(({ name, enforcedIn, test: proof }) => {
    const [constant = ''] = name.split('.');
    const isEnforced = new RegExp(`\\b${constant}\\b`).test(textOf(enforcedIn));
    const isProven =
      proof === 'boundary'
        ? existsSync(join(repositoryRoot, BOUNDARY_TEST))
        : textOf(proof.file).includes(proof.title);
    return !isEnforced || !isProven;
  });
  expect(wrong).toEqual([]);
});

test('every exported limit of the shared files has a row, or bounds no input of its own', () => {
  const named = new Set(ALL_LIMIT_ROWS.map(({ name }) => name.split('.')[0]));
  const missing = SHARED_FILES.flatMap((file) =>
    [...textOf(file).matchAll(/^export const ([A-Z0-9_]+)\b/gm)].map(([, name = '']) => name),
  ).filter((name) => !named.has(name) && !Object.hasOwn(NO_ROW, name));
  expect(missing).toEqual([]);
  expect(Object.keys(NO_ROW).filter((name) => named.has(name))).toEqual([]);
});

const SHARED_FILES = [
  'packages/protocol/src/limits.ts',
  'apps/cluster-node/src/limits.ts',
  'apps/cluster-node/src/gateway/limits.ts',
  'apps/web/common/limits.ts',
];

/** Why a constant of the shared files is in no table. */
const NO_ROW: Readonly<Record<string, string>> = {
  PREVIEW_LENGTH_MAX: 'made by the nodes',
  EVENT_DETAIL_LENGTH_MAX: 'made by the nodes',
  PAGE_LIMIT_DEFAULT: 'a default',
  SEARCH_QUERY_LENGTH_MIN: 'a default',
  SEARCH_LIMIT_DEFAULT: 'a default',
  SECRET_OVERLAP_S_DEFAULT: 'a default',
  USAGE_DAYS_DEFAULT: 'a default',
  TOTAL_TIMEOUT_FACTOR: 'a default',
  REPLY_ERROR_LENGTH_MAX: 'what is kept of a longer text',
  AUTOMATIC_TITLE_LENGTH_MAX: 'what is kept of a longer text',
  GROUPS_MAX: 'a property of a cluster',
  COMPACTION_BUDGET_MIN: 'a property of models',
  COMMAND_OVERHEAD_BYTES_MAX: 'a part of ENTRY_BYTES_MAX',
  MESSAGE_ENVELOPE_BYTES_MAX: 'what is added to a message',
  SESSION_ENVELOPE_BYTES_MAX: 'what is added to a session',
  FAILED_AUTHENTICATION_COST: 'a cost',
  SOCKET_CONNECT_MS: 'how long UNAUTHENTICATED_SOCKETS_MAX counts one',
  KEEP_ALIVE_MS: 'an idle time',
  EXPORT_MS_MAX: 'how long EXPORTS_MAX counts one at most',
  SLOW_REQUESTS_CHECK_MS: 'an interval',
  STREAM_KEEP_ALIVE_MS: 'an interval',
  FEED_RECONNECT_MS: 'a time that readers are asked to wait',
  FEED_RECONNECT_SPREAD_MS: 'a time that readers are asked to wait',
  TIMER_MS_MAX: 'a property of Node',
  WATCHED_RESPONSE_BYTES: 'where RESPONSE_MS_MAX begins',
  VERIFIED_TOKENS_MAX: 'a memory of the node',
  VERIFIED_TOKENS_MS: 'a memory of the node',
  JWKS_TIMEOUT_MS: 'a time of the node',
  JWKS_RETRY_MS: 'a time of the node',
  JWKS_STALE_MS_MAX: 'a time of the node',
  ROLE_FRESH_MS: 'a time of the app',
  ROLE_GRACE_MS: 'a time of the app',
  ACCOUNT_READ_TIMEOUT_MS: 'a time of the app',
  ACCOUNT_RETRY_MS: 'a time of the app',
  ACCOUNT_QUERY_TIMEOUT_MS: 'a time of the app',
  SIGN_IN_WINDOW_MS: 'the minute of the limits of signing in',
  KNOWN_DEVICE_SECONDS: 'a time of the app',
};

const EDGE_FILES =
  /^(packages\/protocol\/src|apps\/web\/(app|lib)|apps\/cluster-node\/src\/(gateway|config))\/.*\.tsx?$/;
/** Ports and HTTP statuses: their bounds are those of TCP and HTTP. */
const OF_STANDARDS = /\.(?:min|max)\((?:65_535|400|599)\)/g;

test('no schema of an edge has a bound without a name', () => {
  const bare = trackedFiles()
    .filter(({ path }) => EDGE_FILES.test(path) && !/\.test\.tsx?$/.test(path))
    .filter(({ text }) =>
      /(?:\.(?:min|max|length)|printable)\(\d{2,}/.test(text.replaceAll(OF_STANDARDS, '')),
    )
    .map(({ path }) => path);
  expect(bare).toEqual([]);
});
