import { BODY_BYTES_MAX, SIGNATURES_MAX } from '@fleetlm/agent';
import { OUTBOX_ENTRIES_MAX } from '@fleetlm/client';
import { type LimitRow, limitRows } from '@fleetlm/protocol/reference';
import { AGENT_ROWS } from './agent-rows.ts';
import { BLOB_ROWS } from './blob-rows.ts';
import { EDGE_ROWS } from './edge-rows.ts';
import { EVENT_ROWS } from './event-rows.ts';
import { FOLDER } from './folder.ts';
import { IDENTITY_ROWS } from './identity-rows.ts';
import { INNER_ROWS } from './inner-rows.ts';
import { OPS_ROWS } from './ops-rows.ts';
import { REGISTRATION_ROWS } from './registration-rows.ts';

const packages = limitRows('Client and SDK', FOLDER, [
  {
    input: 'unsent messages of one user',
    limit: { OUTBOX_ENTRIES_MAX },
    unit: 'entries',
    in: 'packages/client/src/outbox/outbox-state.ts',
    answer: '`send` throws',
    test: 'packages/client/src/outbox/outbox-state.test.ts > takes no more than its limit',
  },
  {
    input: 'body of a call, in an agent made with `@fleetlm/agent`',
    limit: { BODY_BYTES_MAX },
    unit: 'bytes',
    in: 'packages/agent/src/node.ts',
    answer: '413',
    test: 'packages/agent/src/hostile-bodies.test.ts > %s refuses a body without end where its limit is passed',
  },
  {
    input: 'signatures of a call that are compared',
    limit: { SIGNATURES_MAX },
    unit: 'entries',
    in: 'packages/agent/src/verify.ts',
    answer: 'further ones are not looked at',
    test: 'boundary',
  },
]);

/** Every bound of an input of a node, of the client and of the SDK: `docs/reference/limits.md` is made of it. */
export const LIMIT_ROWS: readonly LimitRow[] = [
  ...EDGE_ROWS,
  ...IDENTITY_ROWS,
  ...BLOB_ROWS,
  ...REGISTRATION_ROWS,
  ...AGENT_ROWS,
  ...INNER_ROWS,
  ...OPS_ROWS,
  ...EVENT_ROWS,
  ...packages,
];
