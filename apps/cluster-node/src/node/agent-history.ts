import type { AgentRecord, Archive, Message, Session } from '../effects/ports.ts';
import { readPage } from '../groups/message-pages.ts';

const PAGE_MESSAGES = 500;

/**
 * The messages that an agent is sent, ascending: by its mode the newest ones, the very newest, or all of them.
 * Rejects with an ArchiveUnavailableError when some of them left memory and Postgres is away.
 */
export async function agentHistory(
  session: Session,
  mode: AgentRecord['messageHistoryMode'],
  limit: number,
  archive: Archive,
): Promise<readonly Message[]> {
  switch (mode) {
    case 'tail':
      return newest(session, limit, archive);
    case 'last':
      return newest(session, 1, archive);
    case 'entire':
      return entire(session, archive);
    default:
      return mode satisfies never;
  }
}

async function newest(
  session: Session,
  limit: number,
  archive: Archive,
): Promise<readonly Message[]> {
  const range = { beforeSeq: session.lastSeq + 1, limit };
  return (await readPage(session, range, archive)).messages;
}

async function entire(session: Session, archive: Archive): Promise<readonly Message[]> {
  const messages: Message[] = [];
  // What is appended meanwhile belongs to the next answer.
  const throughSeq = session.lastSeq;
  while (messages.length < throughSeq) {
    const limit = Math.min(PAGE_MESSAGES, throughSeq - messages.length);
    const page = await readPage(session, { afterSeq: messages.length, limit }, archive);
    messages.push(...page.messages);
  }
  return messages;
}
