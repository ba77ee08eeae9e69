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
import { type NodeRefusal, ok, type Refused, refused } from '../outcome.ts';
import { type Done, type ExecutionPorts, notLeader, rejected } from './execution.ts';
import type { OperationOf } from './operations.ts';

/** Runs `then` once this replica has everything that was acknowledged before now; else the attempt is refused. */
export function afterReadIndex(
  group: number | null,
  ports: ExecutionPorts,
  done: (refusal: Refused<NodeRefusal>) => void,
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

function refusedRead({
  reason,
}: Extract<ReadOutcome, { status: 'refused' }>): Refused<NodeRefusal> {
  // A read changes nothing, so also a time-out is definite. No hint: any replica may try again.
  return {
    status: 'refused',
    code: reason === 'stopped' ? 'stopped' : 'no-quorum',
    leader: 0,
  };
}

export function executeGetSession(
  { sessionId }: OperationOf<'get-session'>,
  ports: ExecutionPorts,
  done: Done<'get-session'>,
): void {
  afterReadIndex(groupOfSession(sessionId), ports, done, (group) => {
    const session = ports.groups.head(group, sessionId);
    done(
      session === null ? rejected('not_found', `there is no session ${sessionId}`) : ok(session),
    );
  });
}

export function executeListSessions(
  operation: OperationOf<'list-sessions'>,
  ports: ExecutionPorts,
  done: Done<'list-sessions'>,
): void {
  const { userId, limit, before } = operation;
  const beforeActivity = before === null ? null : Number(before);
  if (beforeActivity !== null && !Number.isSafeInteger(beforeActivity)) {
    done(refused(invalidField('before', 'must be the `next` of a page of sessions')));
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
    done(ok({ sessions, next: next === null ? null : String(next), version }));
  });
}

export function executeReadMessages(
  operation: OperationOf<'read-messages'>,
  ports: ExecutionPorts,
  done: Done<'read-messages'>,
): void {
  const { sessionId, range } = operation;
  afterReadIndex(groupOfSession(sessionId), ports, done, (group) => {
    const state = ports.groups.state(group);
    const page = state === null ? null : pageOf(state, sessionId, range, ports.archive);
    if (page === null) {
      done(rejected('not_found', `there is no session ${sessionId}`));
      return;
    }
    if (page instanceof Promise) page.then((whole) => done(ok(whole))).catch(failed(ports, done));
    else done(ok(page));
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

function failed(ports: ExecutionPorts, done: Done<'read-messages'>): (error: unknown) => void {
  return (error) => {
    if (error instanceof ArchiveUnavailableError) {
      done(rejected('archive_unavailable', error.message));
      return;
    }
    ports.onError(error);
    done(rejected('internal', 'the messages could not be read'));
  };
}
