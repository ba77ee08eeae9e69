import {
  type Command,
  getSession,
  type HeldAnswer,
  knowsMessage,
  type RefusalCode,
  type Reply,
} from '@fleetlm/conversation';
import { type Failure, groupOfSession, invalidField, type OtherErrorCode } from '@fleetlm/protocol';
import { isControlKind } from '@fleetlm/protocol/thread';
import type { Hold } from '../effects/dispatch/index.ts';
import type { AgentRecord } from '../effects/ports.ts';
import { type NodeRefusal, type Outcome, ok, type Refused, refused } from '../outcome.ts';
import {
  type Attempt,
  attempting,
  DONE,
  type Done,
  type ExecutionPorts,
  notLeader,
  rejected,
  settle,
} from './execution.ts';
import type { OperationOf, ResultOf } from './operations.ts';

type CommandType =
  | 'append'
  | 'create-session'
  | 'mark-read'
  | 'archive-session'
  | 'erase-session'
  | 'update-session'
  | 'retry-dispatch';
type CommandOperation = OperationOf<CommandType>;
type DefiniteReply = Exclude<Reply, { readonly type: 'refused' }>;
type Replied<T extends CommandType> = (
  reply: DefiniteReply,
  operation: OperationOf<T>,
  group: number,
  ports: ExecutionPorts,
) => Attempt<ResultOf<T>>;

/** One operation on its way to its group: with what its reply becomes. */
interface Work {
  readonly operation: CommandOperation;
  readonly group: number;
  readonly ports: ExecutionPorts;
  readonly replied: (reply: DefiniteReply) => void;
  readonly refused: (attempt: Exclude<Attempt<never>, { readonly status: 'ok' }>) => void;
}

/** Proposes what an operation means as a command; the time is this node's, the leader's. */
function proposing<T extends CommandType>(replied: Replied<T>) {
  return (operation: OperationOf<T>, ports: ExecutionPorts, done: Done<T>): void => {
    const group = groupOfSession(operation.sessionId);
    if (group === null || ports.groups.state(group) === null) {
      done(notLeader(group === null ? 0 : ports.leaderOf(group)));
      return;
    }
    const work: Work = {
      operation,
      group,
      ports,
      replied: (reply) => done(replied(reply, operation, group, ports)),
      refused: done,
    };
    // An erasure needs nothing of it from the archive.
    if (operation.type !== 'erase-session' && ports.groups.isCold(group, operation.sessionId))
      hydrateFirst(work, 1);
    else propose(work, 0);
  };
}

export const executeSession = proposing<
  'create-session' | 'archive-session' | 'erase-session' | 'update-session'
>((reply) => (reply.type === 'session' ? ok(reply.session) : unexpected(reply)));

export const executeAppend = proposing<'append'>((reply) => {
  switch (reply.type) {
    case 'appended': {
      const { seq, id, insertedAtMs } = reply.message;
      return ok({ seq, id, insertedAtMs, duplicate: reply.duplicate });
    }
    case 'duplicate': {
      const { seq, messageId, insertedAtMs } = reply;
      return ok({ seq, id: messageId, insertedAtMs, duplicate: true });
    }
    default:
      return unexpected(reply);
  }
});

export const executeMarkRead = proposing<'mark-read'>((reply, { sessionId }, group, ports) => {
  if (reply.type !== 'read') return unexpected(reply);
  const session = ports.groups.head(group, sessionId);
  if (session === null) return notLeader(ports.leaderOf(group));
  return ok({ lastReadSeq: reply.lastReadSeq, session });
});

export const executeRetry = proposing<'retry-dispatch'>((reply, operation, _group, ports) => {
  if (reply.type !== 'dispatch') return unexpected(reply);
  if (operation.failed !== null)
    ports.deliveries.log.replayed(operation.sessionId, operation.failed.epoch + 1);
  return DONE;
});

function unexpected({ type }: DefiniteReply): never {
  throw new Error(`the machine of the group replied "${type}"`);
}

/** Times that one attempt brings a session back: it may leave memory again in between. */
const HYDRATIONS_MAX = 3;

function propose(work: Work, hydrations: number): void {
  const { operation, group, ports } = work;
  if (operation.type === 'retry-dispatch' && operation.failed !== null) {
    const refusal = replayRefusal(operation.sessionId, operation.failed, group, ports);
    if (refusal !== null) {
      work.refused(refusal);
      return;
    }
  }
  if (operation.type === 'erase-session' && isOnHold(operation.sessionId, group, ports)) {
    work.refused(rejected('conflict', ON_HOLD));
    return;
  }
  const spent = budgetRefusal(operation, group, ports);
  if (spent !== null) {
    work.refused(rejected('budget_exhausted', spent));
    return;
  }
  const hold = holdFor(operation, group, ports);
  try {
    proposeHeld(work, hold, hydrations);
  } catch (error) {
    // The answer in progress continues as if nothing had been asked.
    hold?.release();
    throw error;
  }
}

function proposeHeld(work: Work, hold: Hold | null, hydrations: number): void {
  const { operation, group, ports } = work;
  const command = commandOf(operation, group, ports, hold?.held ?? null);
  const proposed = attempting(ports, work.refused, (outcome: Outcome<Reply, NodeRefusal>) => {
    hold?.release();
    if (outcome.status !== 'ok') {
      work.refused(outcome);
      return;
    }
    const reply = outcome.value;
    if (reply.type !== 'refused') work.replied(reply);
    else if (reply.code === 'session-cold' && hydrations < HYDRATIONS_MAX)
      hydrateFirst(work, hydrations + 1);
    else work.refused(refused(refusalOf(reply)));
  });
  ports.groups.propose(group, command, proposed);
}

/** The session has left memory: it is brought back from the archive, then the command is proposed. */
function hydrateFirst(work: Work, hydrations: number): void {
  const { operation, group, ports } = work;
  if (!ports.isReadyLeader(group)) {
    work.refused(notLeader(ports.leaderOf(group)));
    return;
  }
  settle(
    ports.flusher.hydrate(group, operation.sessionId),
    ports,
    work.refused,
    (hydration) => {
      switch (hydration.status) {
        case 'hot':
          propose(work, hydrations);
          return;
        case 'unavailable':
          work.refused(rejected('archive_unavailable', hydration.detail));
          return;
        case 'refused':
          work.refused(notLeader(ports.leaderOf(group)));
          return;
        default:
          hydration satisfies never;
      }
    },
    rejected('internal', 'the session could not be brought back from the archive'),
  );
}

/** For users. */
const ON_HOLD = 'This data is on legal hold and can’t be erased now.';

function isOnHold(sessionId: string, group: number, { groups, isHeld }: ExecutionPorts): boolean {
  const session = groups.head(group, sessionId);
  return session !== null && isHeld(session.userId);
}

/** What would have an agent called that has spent its budget; a message that is there already is answered as it was. */
function budgetRefusal(
  operation: CommandOperation,
  group: number,
  ports: ExecutionPorts,
): string | null {
  const isTurn =
    operation.type === 'retry-dispatch' ||
    (operation.type === 'append' && operation.sender.type === 'user');
  if (!isTurn) return null;
  const agent = agentOf(operation.sessionId, group, ports);
  const refusal = agent === null ? null : ports.budgetRefusal(agent);
  if (refusal === null || operation.type !== 'append') return refusal;
  const state = ports.groups.state(group);
  const { sessionId, clientMessageId } = operation;
  return state !== null && knowsMessage(state, sessionId, 'user', clientMessageId) ? null : refusal;
}

/** A message that may end the answer in progress holds it up: nothing is shown that would not be kept. */
function holdFor(operation: CommandOperation, group: number, ports: ExecutionPorts): Hold | null {
  if (operation.type !== 'append' || operation.sender.type !== 'user') return null;
  const choice = agentOf(operation.sessionId, group, ports)?.whileAnswering;
  return choice === 'interrupt' || choice === 'merge'
    ? ports.dispatch.hold(operation.sessionId)
    : null;
}

function commandOf(
  operation: CommandOperation,
  group: number,
  ports: ExecutionPorts,
  held: HeldAnswer | null,
): Command {
  const timeMs = ports.wallClockMs();
  switch (operation.type) {
    case 'append': {
      const { sessionId, sender, clientMessageId, message, expectedSeq } = operation;
      const agent = agentOf(sessionId, group, ports);
      return {
        type: 'append-message',
        sessionId,
        sender,
        clientMessageId,
        message,
        // A decision is complete with its first content: nothing follows that would be worth waiting for.
        debounceMs: isControlKind(message.kind) ? 0 : (agent?.debounceWindowMs ?? 0),
        whileAnswering: agent?.whileAnswering ?? 'queue',
        held,
        ...(expectedSeq === undefined ? {} : { expectedSeq }),
        timeMs,
      };
    }
    case 'create-session':
    case 'mark-read':
    case 'archive-session':
    case 'erase-session':
    case 'update-session':
      return { ...operation, timeMs };
    case 'retry-dispatch':
      return { type: operation.type, sessionId: operation.sessionId, timeMs };
    default:
      return operation satisfies never;
  }
}

/** The leader has applied whatever it acknowledged, so it knows the session and its agent. */
function agentOf(
  sessionId: string,
  group: number,
  { groups, agent }: ExecutionPorts,
): AgentRecord | null {
  const state = groups.state(group);
  const session = state === null ? null : getSession(state, sessionId);
  return session === null ? null : agent(session.agentId);
}

/**
 * Null: this very turn has failed, and nothing has followed. What would change that is proposed by this node after
 * the retry, so it comes after it in the log; on a node that leads no more, the proposal is refused.
 */
function replayRefusal(
  sessionId: string,
  failed: { readonly agentId: string; readonly epoch: number },
  group: number,
  { groups, isReadyLeader, leaderOf, agent }: ExecutionPorts,
): Refused<NodeRefusal> | Refused | null {
  if (!isReadyLeader(group)) return notLeader(leaderOf(group));
  const session = groups.head(group, sessionId);
  if (session === null || session.agentId !== failed.agentId)
    return rejected('not_found', `the agent has no session ${sessionId}`);
  if (agent(failed.agentId)?.status !== 'enabled')
    return rejected('conflict', `the agent "${failed.agentId}" is disabled`);
  const { epoch, status } = session.dispatch;
  if (epoch < failed.epoch) return rejected('not_found', `there is no turn ${failed.epoch} yet`);
  if (epoch > failed.epoch)
    return rejected('conflict', `another turn has followed: the session is at ${epoch}`);
  if (status === 'failed') return null;
  const now = status === 'idle' ? 'was answered, or stopped' : `is ${status} already`;
  return rejected('conflict', `the turn can't be replayed: it ${now}`);
}

/** What the state machine refused, as callers are answered; a field that caused it is named as requests name it. */
export function refusalOf(refusal: {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly lastSeq?: number;
}): Failure {
  const { code, detail, lastSeq } = refusal;
  if (code === 'seq-beyond-last') return invalidField('last_seq', detail, detail);
  return { code: codeOf(code), detail, ...(lastSeq === undefined ? {} : { last_seq: lastSeq }) };
}

function codeOf(code: Exclude<RefusalCode, 'seq-beyond-last'>): OtherErrorCode {
  switch (code) {
    case 'session-not-found':
      return 'not_found';
    case 'not-participant':
      return 'forbidden';
    case 'session-exists':
    case 'session-archived':
    case 'client-message-id-expired':
    case 'stale-epoch':
    case 'nothing-to-retry':
    case 'nothing-to-stop':
    case 'agent-busy':
    case 'request-overtaken':
    case 'request-decided':
    case 'checkpoint-full':
    case 'inbox-full':
    case 'seq-moved-on':
      return 'conflict';
    case 'session-cold':
    case 'stale-archive':
      return 'archive_unavailable';
    default:
      return code satisfies never;
  }
}

/** A user stops the answer: the engine that streams it has what was streamed so far. */
export function executeStop(
  { sessionId }: OperationOf<'stop-answer'>,
  ports: ExecutionPorts,
  done: Done<'stop-answer'>,
): void {
  const group = groupOfSession(sessionId);
  if (group === null || !ports.isReadyLeader(group)) {
    done(notLeader(group === null ? 0 : ports.leaderOf(group)));
    return;
  }
  if (ports.groups.head(group, sessionId) === null) {
    done(rejected('not_found', `there is no session ${sessionId}`));
    return;
  }
  // No answer is being given in a session that has left memory.
  if (ports.groups.isCold(group, sessionId)) {
    done(rejected('conflict', 'no answer is being given'));
    return;
  }
  settle(ports.dispatch.stopAnswer(sessionId), ports, done, done);
}
