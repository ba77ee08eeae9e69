import { type AgentHistory, threadHistory } from '../effects/dispatch/index.ts';
import type { AgentRecord, Archive, Session } from '../effects/ports.ts';
import { readPage } from '../groups/message-pages.ts';

/**
 * What an agent is sent of a session. Rejects with an ArchiveUnavailableError when some of it left memory and Postgres is
 * away.
 */
export function agentHistory(
  session: Session,
  mode: AgentRecord['messageHistoryMode'],
  limit: number,
  archive: Archive,
): Promise<AgentHistory> {
  return threadHistory(session.lastSeq, mode, limit, async (beforeSeq, size) => {
    const page = await readPage(session, { beforeSeq, limit: size }, archive);
    return page.messages;
  });
}
