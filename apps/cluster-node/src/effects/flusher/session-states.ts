import { readSessionSnapshot, type SessionSnapshot, SNAPSHOT_VERSION } from '@fleetlm/conversation';
import type { ArchiveDatabase } from '@fleetlm/database';
import { Packr } from 'msgpackr';
import * as z from 'zod';

const packr = new Packr({ useRecords: false });

/** An older leader that archives late must not undo a newer one: the version decides. */
const UPSERT = `
INSERT INTO session_states (session_id, inbox_version, state)
SELECT r.id, r.version, decode(r.state, 'base64')
FROM jsonb_to_recordset($1::jsonb) AS r(id text, version bigint, state text)
ON CONFLICT (session_id) DO UPDATE SET inbox_version = excluded.inbox_version, state = excluded.state
WHERE session_states.inbox_version < excluded.inbox_version`;

export async function writeSessionStates(
  database: ArchiveDatabase,
  sessions: readonly SessionSnapshot[],
): Promise<void> {
  const rows = sessions.map((session) => ({
    id: session.id,
    version: session.inboxVersion,
    state: encodeSessionState(session).toString('base64'),
  }));
  await database.execute(UPSERT, JSON.stringify(rows));
}

function encodeSessionState(session: SessionSnapshot): Buffer {
  return packr.pack([SNAPSHOT_VERSION, session]);
}

const envelope = z.tuple([z.literal(SNAPSHOT_VERSION), z.unknown()]);

/** Throws a ZodError or a FormatError when it is no state of this version. */
export function decodeSessionState(bytes: Uint8Array): SessionSnapshot {
  const [, session] = envelope.parse(packr.unpack(bytes));
  return readSessionSnapshot(session, 'state');
}
