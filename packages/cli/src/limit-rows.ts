import { type LimitRow, limitRows } from '@fleetlm/protocol/reference';
import {
  ANSWER_BYTES_MAX,
  CALL_TIMEOUT_MS,
  CONFIG_BYTES_MAX,
  TOKEN_LENGTH_MAX,
  URL_LENGTH_MAX,
  WAIT_S_MAX,
} from './limits.ts';

const SOURCES = 'packages/cli/src/';
const SETTINGS = `${SOURCES}connection/settings.ts`;
const CLIENT = `${SOURCES}connection/http-connection.ts`;
const SETTINGS_TEST = `${SOURCES}connection/settings.test.ts > a token, an address and a file are taken up to their limits`;

/** Bounds of what the command `fleetlm` reads and waits for. */
export const CLI_LIMIT_ROWS: readonly LimitRow[] = limitRows('Command line', SOURCES, [
  {
    input: 'configuration file',
    limit: { CONFIG_BYTES_MAX },
    unit: 'bytes',
    in: SETTINGS,
    answer: 'exit code 78',
    test: SETTINGS_TEST,
  },
  {
    input: 'address of a node',
    limit: { URL_LENGTH_MAX },
    unit: 'characters',
    in: SETTINGS,
    answer: 'exit code 78',
    test: SETTINGS_TEST,
  },
  {
    input: 'token on the command line',
    limit: { TOKEN_LENGTH_MAX },
    unit: 'characters',
    in: SETTINGS,
    answer: 'exit code 78',
    test: SETTINGS_TEST,
  },
  {
    input: 'answer of a node',
    limit: { ANSWER_BYTES_MAX },
    unit: 'bytes',
    in: CLIENT,
    answer: 'exit code 76',
    test: `${SOURCES}run.test.ts > an answer without end is not read to its end`,
  },
  {
    input: 'time of a call',
    limit: { CALL_TIMEOUT_MS },
    unit: 'ms',
    in: CLIENT,
    answer: 'exit code 69',
    test: `${SOURCES}run.test.ts > a node that never answers is given up`,
  },
  {
    input: 'time that `--wait` waits',
    limit: { WAIT_S_MAX },
    unit: 's',
    in: `${SOURCES}command-table.ts`,
    answer: 'exit code 64',
    test: `${SOURCES}run.test.ts > a wrong command line: %j`,
  },
]);
