import {
  findHead,
  type GroupState,
  getInbox,
  getSession,
  listSessions,
} from '@fleetlm/conversation';
import { groupOfSession, invalidField, PAGE_BYTES_MAX } from '@fleetlm/protocol';
import type { ReadOutcome } from '@fleetlm/raft/host';
import { type Archive, ArchiveUnavailableError } from '../effects/ports.ts';
import {
  type MessagePage,
  type PageRange,
  readColdPage,
  readPage,
} from '../groups/message-pages.ts';
import { SESSION_ENVELOPE_BYTES_MAX } from '../limits.ts';
import { type Done, type ExecutionPorts, notLeader, rejected, rejectedBy } from './execution.ts';
import type { Attempt, Operation } from './operations.ts';

/** Runs `then` once this replica has everything that was acknowledged before now; else the attempt is refused. */
export function afterReadIndex(
  group: number | null,
  ports: ExecutionPorts,
  done: Done,
  then: (group: number) => void,
): void {
  if (group === null || ports.groups.state(group) === null) {
    done(notLeader(group === null ? 0 : ports.leaderOf(group)));
    return;
  }
  ports.groups.read(group, (outcome) => {
    if (outcome.status === 'ok') then(group);
    else done(refusedRead(outcome));
  });
}

function refusedRead({ reason }: Extract<ReadOutcome, { status: 'refused' }>): Attempt {
  // A read changes nothing, so also a time-out is definite. No hint: any replica may try again.
  return {
    status: 'refused',
    reason: reason === 'stopped' ? 'stopped' : 'no-quorum',
    leader: 0,
  };
}

export function executeGetSession(sessionId: string, ports: ExecutionPorts, done: Done): void {
  afterReadIndex(groupOfSession(sessionId), ports, done, (group) => {
    const session = ports.groups.head(group, sessionId);
    done(
      session === null
        ? rejected('not_found', `there is no session ${sessionId}`)
        : { status: 'done', result: { type: 'session', session } },
    );
  });
}

export function executeListSessions(
  operation: Extract<Operation, { type: 'list-sessions' }>,
  ports: ExecutionPorts,
  done: Done,
): void {
  const { userId, limit, before } = operation;
  const beforeActivity = before === null ? null : Number(before);
  if (beforeActivity !== null && !Number.isSafeInteger(beforeActivity)) {
    done(rejectedBy(invalidField('before', 'must be the `next` of a page of sessions')));
    return;
  }
  afterReadIndex(operation.group, ports, done, (group) => {
    const state = ports.groups.state(group);
    if (state === null) {
      done(notLeader(ports.leaderOf(group)));
      return;
    }
    const query = beforeActivity === null ? {} : { beforeActivity };
    const { sessions, next } = listSessions(state, userId, {
      ...query,
      limit,
      bytesMax: PAGE_BYTES_MAX,
      envelopeBytes: SESSION_ENVELOPE_BYTES_MAX,
    });
    const version = getInbox(state, userId)?.version ?? 0;
    done({
      status: 'done',
      result: { type: 'sessions', sessions, next: next === null ? null : String(next), version },
    });
  });
}

export function executeReadMessages(
  operation: Extract<Operation, { type: 'read-messages' }>,
  ports: ExecutionPorts,
  done: Done,
): void {
  const { sessionId, range } = operation;
  afterReadIndex(groupOfSession(sessionId), ports, done, (group) => {
    const state = ports.groups.state(group);
    const page = state === null ? null : pageOf(state, sessionId, range, ports.archive);
    if (page === null) {
      done(rejected('not_found', `there is no session ${sessionId}`));
      return;
    }
    if (page instanceof Promise)
      page.then((whole) => done(pageDone(whole))).catch(failed(ports, done));
    else done(pageDone(page));
  });
}

/** Null: there is no such session. */
function pageOf(
  state: GroupState,
  sessionId: string,
  range: PageRange,
  archive: Archive,
): MessagePage | Promise<MessagePage> | null {
  const session = getSession(state, sessionId);
  if (session !== null) return readPage(session, range, archive);
  const head = findHead(state, sessionId);
  return head === null ? null : readColdPage(head, range, archive);
}

function pageDone(page: MessagePage): Attempt {
  return { status: 'done', result: { type: 'messages', ...page } };
}

function failed(ports: ExecutionPorts, done: Done): (error: unknown) => void {
  return (error) => {
    if (error instanceof ArchiveUnavailableError) {
      done(rejected('archive_unavailable', error.message));
      return;
    }
    ports.onError(error);
    done(rejected('internal', 'the messages could not be read'));
  };
}
