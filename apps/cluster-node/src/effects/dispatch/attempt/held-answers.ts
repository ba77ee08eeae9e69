import { ok, refused, UNKNOWN } from '../../../outcome.ts';
import type { BusySession, BusySessions } from '../busy-sessions.ts';
import type { DispatchEngine, DispatchPorts, Hold, LiveAnswer } from '../dispatch-api.ts';
import type { FoundSession, WorkFinder } from '../work-finder.ts';
import { type CheckpointedAnswer, checkpointedAnswer } from './answer-checkpoint.ts';
import { keptPartial } from './kept-partial.ts';

const NOTHING_TO_RELEASE = (): void => undefined;

/** What can be done about an answer in progress from outside: read it, hold it up, end it. */
export class HeldAnswers {
  readonly #ports: DispatchPorts;
  readonly #finder: WorkFinder;
  readonly #busy: BusySessions;

  constructor(ports: DispatchPorts, finder: WorkFinder, busy: BusySessions) {
    this.#ports = ports;
    this.#finder = finder;
    this.#busy = busy;
  }

  hold(sessionId: string): Hold | null {
    const found = this.#finder.find(sessionId);
    if (found === null) return null;
    const { dispatch } = found.session;
    if (dispatch.status !== 'running' && dispatch.status !== 'waiting') return null;
    if (dispatch.attempt === 0) return null;
    const busy = this.#busy.get(sessionId);
    const release = this.#close(busy);
    const { epoch, attempt } = dispatch;
    try {
      return { held: { epoch, attempt, partial: this.#partialOf(found, busy) }, release };
    } catch (error) {
      release();
      this.#ports.onError(error);
      // Without it the message waits for the end of the run, and nothing is lost.
      return null;
    }
  }

  /** Closes the gate of a run; if it is not opened, it opens by itself. */
  #close(busy: BusySession | undefined): () => void {
    if (busy === undefined) return NOTHING_TO_RELEASE;
    const open = busy.gate.hold();
    const limit = setTimeout(() => {
      open();
      this.#ports.onError(new Error('dispatch: a run was held up for too long and goes on'));
    }, this.#ports.limits.holdLimitMs);
    return () => {
      clearTimeout(limit);
      open();
    };
  }

  async stop(sessionId: string): ReturnType<DispatchEngine['stopAnswer']> {
    const found = this.#finder.find(sessionId);
    if (found === null) return { status: 'refused', code: 'not-leader', leader: 0 };
    const busy = this.#busy.get(sessionId);
    // From here on nothing of this answer is shown anywhere, whatever the agent still says.
    const release = this.#close(busy);
    try {
      const outcome = await this.#ports.propose(found.group, {
        type: 'stop-dispatch',
        sessionId,
        epoch: found.session.dispatch.epoch,
        partial: this.#partialOf(found, busy),
        timeMs: this.#ports.wallClockMs(),
      });
      if (outcome.status !== 'ok') return outcome;
      if (outcome.value.type === 'refused')
        return refused({ code: 'conflict', detail: outcome.value.detail });
      if (busy?.isConcluding === false) busy.attempt?.drop();
      return ok(null);
    } catch (error) {
      this.#ports.onError(error);
      return UNKNOWN;
    } finally {
      // Committed, the call has been dropped; else it goes on as if nothing had been asked.
      release();
    }
  }

  live(sessionId: string): LiveAnswer | null {
    const attempt = this.#busy.get(sessionId)?.attempt ?? null;
    if (attempt !== null && !attempt.dropped && attempt.isShown) {
      const { epoch, answer } = attempt;
      const { chunks, nextIndex } = answer;
      return { epoch, attempt: attempt.attempt, chunks, nextIndex };
    }
    const found = this.#finder.find(sessionId);
    const checkpoint = found === null ? null : this.checkpointOf(found);
    if (found === null || checkpoint === null) return null;
    const { chunks, nextIndex } = checkpoint;
    return { epoch: found.session.dispatch.epoch, attempt: checkpoint.attempt, chunks, nextIndex };
  }

  /** The checkpoint of the session's answer; null: nothing. */
  checkpointOf({ session }: FoundSession): CheckpointedAnswer | null {
    try {
      return checkpointedAnswer(session, this.#ports.newMessageId);
    } catch (error) {
      // It is a convenience: an answer that can't be read back must not keep the work from being done.
      this.#ports.onError(error);
      return null;
    }
  }

  /** What a user could have read so far, closed; null: nothing. */
  #partialOf(found: FoundSession, busy: BusySession | undefined): ReturnType<typeof keptPartial> {
    const { epoch } = found.session.dispatch;
    return keptPartial(busy?.attempt ?? null, this.checkpointOf(found), epoch, 'stop');
  }
}
