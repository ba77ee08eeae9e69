import { AGENT_PROBES } from './agent-probes.ts';
import { BLOB_PROBES } from './blob-probes.ts';
import { EDGE_PROBES } from './edge-probes.ts';
import { EVENT_PROBES } from './event-probes.ts';
import { IDENTITY_PROBES } from './identity-probes.ts';
import { INNER_PROBES } from './inner-probes.ts';
import type { Probe } from './probe.ts';
import { REGISTRATION_PROBES } from './registration-probes.ts';

/** By edge and input of its row. */
export const PROBES: ReadonlyMap<string, Probe> = new Map(
  [
    BLOB_PROBES,
    EDGE_PROBES,
    IDENTITY_PROBES,
    REGISTRATION_PROBES,
    AGENT_PROBES,
    INNER_PROBES,
    EVENT_PROBES,
  ].flatMap((probes) => Object.entries(probes)),
);
