import { type LimitRow, limitRows } from '@fleetlm/protocol/reference';
import {
  LOG_LEVEL_SECONDS_MAX,
  OPS_CONNECTIONS_MAX,
  PROFILE_SECONDS_MAX,
  PROFILES_MAX,
} from '../ops/limits.ts';
import { STATUS_LENGTH_MAX, UNSENT_BYTES_MAX } from '../ops/service-manager.ts';
import { FOLDER } from './folder.ts';

const QUERY = 'ops/ops-server.test.ts > a query is bounded, and the wrong field is named';
const INVALID = '`422 invalid_request`, which names the field';
const SYSTEMD = 'ops/service-manager.ts';
const STATUS_TEST =
  'ops/service-manager.test.ts > what the node does without is one line of bounded length, whatever it holds';

/** Bounds of the operations port, and of what is reported to systemd. */
export const OPS_ROWS: readonly LimitRow[] = limitRows('Operations port', FOLDER, [
  {
    input: 'connections',
    limit: { OPS_CONNECTIONS_MAX },
    unit: 'entries',
    in: 'ops/ops-server.ts',
    answer: 'the connection is closed',
    test: 'ops/ops-server.test.ts > it takes a bounded number of connections',
  },
  {
    input: 'time of a profile',
    limit: { PROFILE_SECONDS_MAX },
    unit: 's',
    in: 'ops/ops-routes.ts',
    answer: INVALID,
    test: QUERY,
  },
  {
    input: 'profiles at once',
    limit: { PROFILES_MAX },
    unit: 'entries',
    in: 'ops/profiler.ts',
    answer: '`409 conflict`',
    test: 'ops/ops-server.test.ts > one profile is taken at once, and one whose caller is gone ends',
  },
  {
    input: 'time of a log level',
    limit: { LOG_LEVEL_SECONDS_MAX },
    unit: 's',
    in: 'ops/ops-routes.ts',
    answer: INVALID,
    test: QUERY,
  },
  {
    input: 'status that is reported to systemd',
    limit: { STATUS_LENGTH_MAX },
    unit: 'characters',
    in: SYSTEMD,
    answer: 'cut',
    test: STATUS_TEST,
  },
  {
    input: 'reports to systemd that are not sent yet',
    limit: { UNSENT_BYTES_MAX },
    unit: 'bytes',
    in: SYSTEMD,
    answer: 'new ones are dropped',
    test: 'ops/service-manager.test.ts > reports that are not taken are dropped',
  },
]);
