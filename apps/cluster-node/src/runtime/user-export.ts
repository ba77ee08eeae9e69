import type { Feedback, Message, Runtime, SessionView, UserUsage } from './runtime-api.ts';

const SESSIONS_PER_PAGE = 100;
const MESSAGES_PER_PAGE = 200;

/** A conversation with everything that was written in it, page by page. */
interface ExportedSession {
  readonly session: SessionView;
  readonly messages: AsyncIterable<readonly Message[]>;
  readonly feedback: readonly Feedback[];
}

/** What was asked for could not be read: the document is not whole. */
class ExportError extends Error {}

type Reads = Pick<Runtime, 'listSessions' | 'readMessages' | 'feedback'>;

/** Every conversation of a user, newest activity first; each once, also when it changes meanwhile. */
export async function* exportedSessions(
  runtime: Reads,
  userId: string,
): AsyncGenerator<ExportedSession> {
  const seen = new Set<string>();
  let before: string | null = null;
  do {
    const page: Awaited<ReturnType<Runtime['listSessions']>> = await runtime.listSessions({
      userId,
      limit: SESSIONS_PER_PAGE,
      before,
    });
    if (!page.ok) throw new ExportError(page.error.detail);
    for (const session of page.value.sessions) {
      if (seen.has(session.id)) continue;
      seen.add(session.id);
      const feedback = await runtime.feedback.ofSession(session.id, userId);
      if (!feedback.ok) throw new ExportError(feedback.error.detail);
      yield { session, messages: messagesOf(runtime, session), feedback: feedback.value };
    }
    before = page.value.next;
  } while (before !== null);
}

export async function exportedUsage(
  { usage }: Pick<Runtime, 'usage'>,
  userId: string,
): Promise<readonly UserUsage[]> {
  const sums = await usage.ofUser(userId);
  if (!sums.ok) throw new ExportError(sums.error.detail);
  return sums.value;
}

async function* messagesOf(
  runtime: Reads,
  { id, lastSeq }: SessionView,
): AsyncGenerator<readonly Message[]> {
  let afterSeq = 0;
  while (afterSeq < lastSeq) {
    const range = { sessionId: id, afterSeq, limit: MESSAGES_PER_PAGE };
    const page = await runtime.readMessages(range);
    if (!page.ok) {
      // Erased while it was read.
      if (page.error.code === 'not_found') return;
      throw new ExportError(page.error.detail);
    }
    const last = page.value.messages.at(-1);
    if (last === undefined) return;
    yield page.value.messages;
    afterSeq = last.seq;
  }
}
