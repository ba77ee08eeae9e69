import { type DispatchState, getSession } from '@fleetlm/conversation';
import { type Termination, webhookId } from '@fleetlm/protocol';
import type { Command, NewMessage, Proposed, Session } from '../../ports.ts';
import type { DispatchPorts } from '../dispatch-api.ts';
import { CONCLUSION_EXCEPTIONS_MAX } from '../dispatch-limits.ts';
import type { FoundSession } from '../work-finder.ts';
import type { CheckpointedAnswer } from './answer-checkpoint.ts';
import type { Attempt, AttemptEnd, AttemptObservation } from './attempt.ts';
import type { AttemptOutcome } from './attempt-report.ts';
import { metadataNamed } from './conversation-name.ts';
import { keptPartial } from './kept-partial.ts';
import {
  type AttemptFailure,
  decideRetry,
  describeFailure,
  failureCode,
  failureReason,
} from './retry-policy.ts';

/** What the end of a call says of the agent. */
export type CallHealth = 'well' | 'unwell' | 'unknown';

/** Refusals that are about the command itself: it is refused for ever. */
const NEVER_TAKEN: ReadonlySet<string> = new Set(['too-large', 'malformed']);

class NeverTakenError extends Error {
  constructor(reason: string) {
    super(`dispatch: the end of an attempt can't be committed: ${reason}`);
    this.name = 'NeverTakenError';
  }
}

interface CommandBase {
  readonly sessionId: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly timeMs: number;
}

export interface AttemptName {
  readonly group: number;
  readonly session: Session;
  readonly epoch: number;
  readonly attempt: number;
}

interface ReportedEnd {
  readonly outcome: AttemptOutcome;
  readonly termination?: Termination;
  readonly failure?: AttemptFailure | null;
  readonly nextAttemptAtMs?: number;
}

/** Commits how attempts begin and end, and reports it. */
export class AttemptConclusion {
  readonly #ports: DispatchPorts;
  readonly #counts = { completed: 0, failedAttempts: 0, failed: 0 };

  constructor(ports: DispatchPorts) {
    this.#ports = ports;
  }

  get counts(): Readonly<{ completed: number; failedAttempts: number; failed: number }> {
    return { ...this.#counts };
  }

  /** False: the work is not ours to do any more, or that is not known. */
  async start({ group, session }: FoundSession, epoch: number, attempt: number): Promise<boolean> {
    const outcome = await this.#ports.propose(group, {
      type: 'start-dispatch',
      sessionId: session.id,
      epoch,
      attempt,
      timeMs: this.#ports.wallClockMs(),
    });
    return outcome.status === 'ok' && outcome.value.type !== 'refused';
  }

  /** Never rejects: an end that can't be committed as it is, is committed as short as it can be. */
  async conclude(
    attempt: Attempt,
    end: AttemptEnd,
    checkpoint: CheckpointedAnswer | null,
  ): Promise<CallHealth> {
    try {
      return await this.#conclude(attempt, end, checkpoint);
    } catch (error) {
      this.#ports.onError(error);
      const excerpt = end.type === 'answered' ? (): NewMessage => attempt.excerpt() : null;
      await this.#endShortly(attempt, excerpt, () => attempt.dropped);
      return 'unknown';
    }
  }

  async #conclude(
    attempt: Attempt,
    end: AttemptEnd,
    checkpoint: CheckpointedAnswer | null,
  ): Promise<CallHealth> {
    switch (end.type) {
      case 'dropped':
        this.#report(attempt, attempt.observed(), { outcome: 'dropped' });
        return 'unknown';
      case 'answered': {
        const { failure, termination } = end;
        const isWhole = failure === null;
        this.#report(attempt, attempt.observed(), {
          outcome: isWhole ? 'answered' : 'broken-off',
          termination,
          failure,
        });
        const kept = isWhole ? null : keptPartial(attempt, checkpoint, attempt.epoch, termination);
        const isKept = await this.#complete(attempt, kept ?? end.message, () => attempt.dropped);
        if (isKept && end.title !== null) await this.#nameConversation(attempt, end.title);
        return isWhole ? 'well' : 'unknown';
      }
      case 'failed':
        this.#counts.failedAttempts += 1;
        await this.#failed(attempt, end.failure, checkpoint);
        return healthAfter(end.failure);
      default:
        return end satisfies never;
    }
  }

  /** An attempt that was counted, and could not even be made, or not be concluded. Never rejects. */
  async abandon(name: AttemptName): Promise<void> {
    this.#counts.failedAttempts += 1;
    await this.#endShortly(name, null, () => false);
  }

  /** What always fits: the beginning of the text, when there is one, else that the turn has failed. */
  async #endShortly(
    name: AttemptName,
    excerpt: (() => NewMessage) | null,
    isOver: () => boolean,
  ): Promise<void> {
    try {
      if (excerpt !== null) {
        await this.#complete(name, excerpt(), isOver);
        return;
      }
    } catch (error) {
      this.#ports.onError(error);
    }
    try {
      const failure: AttemptFailure = { kind: 'internal' };
      this.#report(name, unmade(this.#ports.wallClockMs()), { outcome: 'failed', failure });
      await this.#fail(name, failure, isOver);
    } catch (error) {
      // The work is found again, as an attempt that counts.
      this.#ports.onError(error);
      this.#decided(name, false);
    }
  }

  /**
   * The node that streamed is gone, and the agent wants what was streamed to stand: it ends here. False: nothing was streamed
   * that could stand.
   */
  async seal(
    { group, session }: FoundSession,
    running: Extract<DispatchState, { status: 'running' }>,
    checkpoint: CheckpointedAnswer,
  ): Promise<boolean> {
    const { epoch, attempt } = running;
    const message = keptPartial(null, checkpoint, epoch, 'disconnect');
    if (message === null) return false;
    const name = { group, session, epoch, attempt };
    this.#report(name, unmade(running.startedAtMs), {
      outcome: 'broken-off',
      termination: 'disconnect',
    });
    await this.#complete(name, message);
    return true;
  }

  /** No attempt is made any more: the user gets an error rather than waiting on. */
  async giveUp(
    found: FoundSession,
    checkpoint: CheckpointedAnswer | null,
    failure: Extract<AttemptFailure, { kind: 'breaker' | 'exhausted' | 'internal' }>,
  ): Promise<void> {
    const { group, session } = found;
    const { dispatch } = session;
    if (dispatch.status !== 'waiting' && dispatch.status !== 'running') return;
    const { epoch, attempt } = dispatch;
    const name = { group, session, epoch, attempt };
    // The attempt that was not made: the one before it has its own report.
    const next = { ...name, attempt: attempt + 1 };
    this.#report(next, unmade(this.#ports.wallClockMs()), { outcome: 'failed', failure });
    await this.#giveUp(name, failure, checkpoint);
  }

  async #failed(
    attempt: Attempt,
    failure: AttemptFailure,
    checkpoint: CheckpointedAnswer | null,
  ): Promise<void> {
    const nowMs = this.#ports.wallClockMs();
    const decision = decideRetry(failure, attempt.attempt, nowMs, this.#ports.random());
    if (decision.type === 'retry') {
      const nextAttemptAtMs = nowMs + decision.delayMs;
      this.#report(attempt, attempt.observed(), {
        outcome: 'will-retry',
        failure,
        nextAttemptAtMs,
      });
      const error = failureReason(failure);
      await this.#commit(
        attempt,
        (base) => ({ ...base, type: 'defer-dispatch', nextAttemptAtMs, error }),
        () => attempt.dropped,
      );
      return;
    }
    this.#report(attempt, attempt.observed(), { outcome: 'failed', failure });
    if (decision.type === 'disable') await this.#disable(attempt.session.agentId);
    await this.#giveUp(attempt, failure, checkpoint, () => attempt.dropped);
  }

  /** That it can't be done now must not keep the turn from its end; the agent will say it again. */
  async #disable(agentId: string): Promise<void> {
    try {
      await this.#ports.disableAgent(agentId);
    } catch (error) {
      this.#ports.onError(error);
    }
  }

  /** No attempt follows. What users have read of an earlier one stays; else the work has failed, visibly. */
  async #giveUp(
    name: AttemptName,
    failure: AttemptFailure,
    checkpoint: CheckpointedAnswer | null,
    isOver: () => boolean = () => false,
  ): Promise<void> {
    const message = keptPartial(null, checkpoint, name.epoch, 'disconnect');
    if (message === null) {
      await this.#fail(name, failure, isOver);
      return;
    }
    if (name.session.dispatch.status !== 'waiting') {
      await this.#complete(name, message, isOver);
      return;
    }
    // An answer ends what is running, so it runs for a moment.
    const attempt = name.attempt + 1;
    if (await this.start(name, name.epoch, attempt))
      await this.#complete({ ...name, attempt }, message, isOver);
    else this.#decided(name, false);
  }

  async #fail(name: AttemptName, failure: AttemptFailure, isOver: () => boolean): Promise<void> {
    const error = failureReason(failure);
    const isCommitted = await this.#commitEnd(
      name,
      (base) => ({ ...base, type: 'fail-dispatch', error }),
      isOver,
    );
    if (isCommitted) this.#counts.failed += 1;
  }

  async #complete(
    name: AttemptName,
    message: NewMessage,
    isOver: () => boolean = () => false,
  ): Promise<boolean> {
    const isCommitted = await this.#commitEnd(
      name,
      (base) => ({ ...base, type: 'complete-dispatch', message }),
      isOver,
    );
    if (isCommitted) this.#counts.completed += 1;
    return isCommitted;
  }

  /** Once, and as the conversation is called now: a title that is lost comes with the agent's next one. Never rejects. */
  async #nameConversation({ group, session: { id } }: AttemptName, title: string): Promise<void> {
    try {
      const led = this.#ports.led(group);
      const session = led === null ? null : getSession(led.state, id);
      const metadata = session === null ? null : metadataNamed(session.metadata, title);
      if (metadata === null) return;
      const timeMs = this.#ports.wallClockMs();
      const command = {
        type: 'update-session',
        sessionId: id,
        metadata,
        status: null,
        timeMs,
      } as const;
      await this.#ports.propose(group, command);
    } catch (error) {
      this.#ports.onError(error);
    }
  }

  /** Commits the end of a turn, and reports the decision. An end that can't be proposed is followed by a shorter one. */
  async #commitEnd(
    name: AttemptName,
    command: (base: CommandBase) => Command,
    isOver: () => boolean,
  ): Promise<boolean> {
    const isCommitted = await this.#commit(name, command, isOver);
    this.#decided(name, isCommitted);
    return isCommitted;
  }

  #decided({ session, epoch }: AttemptName, isCommitted: boolean): void {
    this.#ports.onDecision({ sessionId: session.id, epoch, isCommitted });
  }

  /**
   * Proposes the end of an attempt until it is decided, this node leads no more, or the limit passes. True: it is
   * committed, by a proposal of this node. Throws when this end can't be proposed at all, however often.
   */
  async #commit(
    { group, session, epoch, attempt }: AttemptName,
    command: (base: CommandBase) => Command,
    isOver: () => boolean,
  ): Promise<boolean> {
    const { commitLimitMs, commitRetryMs } = this.#ports.limits;
    const deadline = performance.now() + commitLimitMs;
    const sessionId = session.id;
    let exceptions = 0;
    let isUncertain = false;
    while (!isOver() && performance.now() < deadline) {
      try {
        const timeMs = this.#ports.wallClockMs();
        const proposed = command({ sessionId, epoch, attempt, timeMs });
        const outcome: Proposed = await this.#ports.propose(group, proposed);
        // Applied: done, or refused because the epoch has moved on, which is as final.
        if (outcome.status === 'ok')
          return (
            outcome.value.type !== 'refused' ||
            (isUncertain && isEndedBy(session.dispatch, proposed.type, epoch))
          );
        if (outcome.status === 'refused' && NEVER_TAKEN.has(outcome.code))
          throw new NeverTakenError(outcome.code);
        isUncertain ||= outcome.status === 'unknown';
      } catch (error) {
        exceptions += 1;
        if (error instanceof NeverTakenError || exceptions >= CONCLUSION_EXCEPTIONS_MAX)
          throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, commitRetryMs));
    }
    return false;
  }

  #report(
    { session, epoch, attempt }: AttemptName,
    observed: AttemptObservation,
    end: ReportedEnd,
  ): void {
    const failure = end.failure ?? null;
    this.#ports.onAttempt({
      sessionId: session.id,
      userId: session.userId,
      agentId: session.agentId,
      epoch,
      attempt,
      webhookId: webhookId(session.id, epoch),
      ...observed,
      outcome: end.outcome,
      termination: end.termination ?? null,
      failureCode: failure === null ? null : failureCode(failure),
      failure: failure?.kind ?? null,
      error: failure === null ? null : describeFailure(failure),
      nextAttemptAtMs: end.nextAttemptAtMs ?? null,
    });
  }
}

/**
 * Whether a turn ended as a command would end it. Asked when the outcome of an earlier proposal is unknown and the
 * command is refused the second time: then the earlier one is what ended the turn.
 */
function isEndedBy(dispatch: DispatchState, type: Command['type'], epoch: number): boolean {
  const isFailure = type === 'fail-dispatch';
  if (dispatch.epoch === epoch) return dispatch.status === (isFailure ? 'failed' : 'idle');
  // Messages that were queued meanwhile are the next turn.
  const isNext = dispatch.epoch === epoch + 1 && dispatch.status === 'waiting';
  return isNext && (dispatch.error !== null) === isFailure;
}

/** No agent was called. */
function unmade(startedAtMs: number): AttemptObservation {
  return {
    startedAtMs,
    throughSeq: null,
    url: null,
    status: null,
    firstByteMs: null,
    firstTokenMs: null,
    totalMs: 0,
    request: null,
    response: null,
  };
}

/** Only what shows that the agent can't answer counts against it; that it refuses a call shows that it can. */
function healthAfter(failure: AttemptFailure): CallHealth {
  switch (failure.kind) {
    case 'connection':
    case 'timeout':
      return 'unwell';
    case 'status':
      if (failure.status >= 500) return 'unwell';
      return failure.status === 429 ? 'unknown' : 'well';
    case 'answer':
    case 'history':
    case 'refused':
    case 'breaker':
    case 'exhausted':
    case 'internal':
      return 'unknown';
    default:
      return failure satisfies never;
  }
}
