import type { SessionStatus } from '@fleetlm/conversation';
import type { ArchiveDatabase } from '@fleetlm/database';

interface Erasable {
  readonly id: string;
  readonly agentId: string;
  readonly status: SessionStatus;
}

const TABLES = [
  'DELETE FROM messages m USING r WHERE m.session_id = r.id',
  'DELETE FROM feedback f USING r WHERE f.session_id = r.id',
  'DELETE FROM session_states s USING r WHERE s.session_id = r.id',
  "DELETE FROM events e USING r WHERE e.session_id = r.id AND e.type NOT LIKE 'session.%'",
  'DELETE FROM deliveries d USING r WHERE d.agent_id = r.agent_id AND d.session_id = r.id',
  'DELETE FROM delivery_attempts a USING r WHERE a.agent_id = r.agent_id AND a.session_id = r.id',
];

/**
 * Takes what users wrote in erased sessions out of the archive; others are passed over. Done when the row that says so is
 * written, and once more when the session leaves memory: by then whatever an old leader flushed late has arrived.
 */
export async function deleteErased(
  database: ArchiveDatabase,
  sessions: readonly Erasable[],
): Promise<void> {
  const erased = sessions.filter(({ status }) => status === 'erased');
  if (erased.length === 0) return;
  const rows = JSON.stringify(erased.map(({ id, agentId }) => ({ id, agent_id: agentId })));
  for (const statement of TABLES)
    await database.execute(
      `WITH r AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS r(id text, agent_id text)) ${statement}`,
      rows,
    );
}
