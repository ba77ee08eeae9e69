import { dueDispatches, runningDispatches } from '@fleetlm/conversation';
import { type Termination, webhookId } from '@fleetlm/protocol';
import type { Agent as HttpAgent } from 'undici';
import type { LedGroup, ProposeOutcome, Session } from '../ports.ts';
import { createHttpAgent } from './agent-call.ts';
import { Attempt, type AttemptEnd } from './attempt.ts';
import type { AttemptOutcome } from './attempt-report.ts';
import type { DispatchEngine, DispatchPorts, DispatchStats } from './dispatch-api.ts';
import { FairTurns } from './fair-turns.ts';
import { type AttemptFailure, decideRetry, describeFailure } from './retry-policy.ts';

const POLL_MS = 50;
/** Calls at once; work beyond that waits in the state, which is where it is anyway. */
const CALLS_MAX = 256;
const CALLS_PER_AGENT_MAX = 64;
/** How long the end of an attempt is proposed again while the group has no quorum. */
const COMMIT_LIMIT_MS = 15_000;
const COMMIT_RETRY_MS = 200;

type Work = {
  readonly group: number;
  readonly session: Session;
  readonly epoch: number;
  readonly attempt: number;
};

export function createDispatchEngine(ports: DispatchPorts): DispatchEngine {
  return new Engine(ports);
}

/**
 * Derives what is due from the state of the groups that this node leads, and calls agents for it. Nothing is
 * kept here that a new leader would miss.
 */
class Engine implements DispatchEngine {
  readonly #ports: DispatchPorts;
  readonly #http: HttpAgent;
  /** One at most per session, from before its start is proposed until after its end is. */
  readonly #busy = new Map<
    string,
    { readonly agentId: string; readonly group: number; attempt: Attempt | null }
  >();
  readonly #turns = new FairTurns();
  #timer: NodeJS.Timeout | null = null;
  #kicked = false;
  #stopping = false;
  #stats: { -readonly [K in keyof DispatchStats]: DispatchStats[K] } = {
    queued: 0,
    running: 0,
    started: 0,
    completed: 0,
    failedAttempts: 0,
    failed: 0,
  };

  constructor(ports: DispatchPorts) {
    this.#ports = ports;
    this.#http = createHttpAgent(ports.allowPrivateAddresses);
  }

  get stats(): DispatchStats {
    return { ...this.#stats, running: this.#busy.size };
  }

  start(): void {
    this.#timer = setInterval(() => this.#poll(), POLL_MS);
  }

  kick(_sessionId: string): void {
    if (this.#kicked) return;
    this.#kicked = true;
    setImmediate(() => {
      this.#kicked = false;
      this.#poll();
    });
  }

  #poll(): void {
    if (this.#stopping) return;
    const waiting: Work[] = [];
    for (const led of this.#ports.ledGroups()) this.#collect(led, waiting);
    this.#stats.queued = 0;
    for (const work of this.#turns.order(waiting, ({ session }) => session.agentId)) {
      if (
        this.#busy.size >= CALLS_MAX ||
        this.#callsOf(work.session.agentId) >= CALLS_PER_AGENT_MAX
      ) {
        this.#stats.queued += 1;
        continue;
      }
      this.#begin(work);
    }
  }

  #collect(led: LedGroup, into: Work[]): void {
    const add = (session: Session, epoch: number, attempt: number): void => {
      if (!this.#busy.has(session.id)) into.push({ group: led.group, session, epoch, attempt });
    };
    for (const { session, dispatch } of dueDispatches(led.state, this.#ports.wallClockMs())) {
      add(session, dispatch.epoch, dispatch.attempt + 1);
    }
    // Running, but not here: the node that led before is gone, and this one takes the work up.
    for (const { session, dispatch } of runningDispatches(led.state)) {
      add(session, dispatch.epoch, dispatch.attempt + 1);
    }
  }

  #callsOf(agentId: string): number {
    let count = 0;
    for (const call of this.#busy.values()) if (call.agentId === agentId) count += 1;
    return count;
  }

  #begin(work: Work): void {
    this.#busy.set(work.session.id, {
      agentId: work.session.agentId,
      group: work.group,
      attempt: null,
    });
    this.#work(work).then(
      () => this.#busy.delete(work.session.id),
      (error: unknown) => {
        this.#busy.delete(work.session.id);
        this.#ports.onError(error);
      },
    );
  }

  async #work(work: Work): Promise<void> {
    const { session, group, epoch, attempt: number } = work;
    const started = await this.#ports.propose(group, {
      type: 'start-dispatch',
      sessionId: session.id,
      epoch,
      attempt: number,
      timeMs: this.#ports.wallClockMs(),
    });
    if (started.status !== 'applied' || started.reply.type === 'refused') return;
    this.#stats.started += 1;
    const attempt = new Attempt({ session, group, epoch, attempt: number, ports: this.#ports });
    const busy = this.#busy.get(session.id);
    if (busy === undefined) return;
    busy.attempt = attempt;
    await this.#conclude(attempt, await this.#run(attempt));
  }

  async #run(attempt: Attempt): Promise<AttemptEnd> {
    const { agentId } = attempt.session;
    const agent = this.#ports.agent(agentId);
    const refuse = (detail: string): AttemptEnd => ({
      type: 'failed',
      failure: { kind: 'refused', detail },
    });
    if (agent === null) return refuse(`There is no agent "${agentId}".`);
    if (agent.status === 'disabled') return refuse(`The agent "${agent.name}" is disabled.`);
    return attempt.run(agent, this.#http);
  }

  async #conclude(attempt: Attempt, end: AttemptEnd): Promise<void> {
    switch (end.type) {
      case 'dropped':
        this.#report(attempt, { outcome: 'dropped' });
        return;
      case 'answered':
        this.#stats.completed += 1;
        this.#report(attempt, {
          outcome: end.failure === null ? 'answered' : 'broken-off',
          termination: end.termination,
          failure: end.failure,
        });
        await this.#commit(attempt, (base) => ({
          ...base,
          type: 'complete-dispatch',
          message: end.message,
        }));
        return;
      case 'failed':
        this.#stats.failedAttempts += 1;
        await this.#fail(attempt, end.failure);
        return;
    }
  }

  async #fail(attempt: Attempt, failure: AttemptFailure): Promise<void> {
    const nowMs = this.#ports.wallClockMs();
    const error = describeFailure(failure);
    const decision = decideRetry(failure, attempt.attempt, nowMs, Math.random());
    if (decision.type === 'retry') {
      const nextAttemptAtMs = nowMs + decision.delayMs;
      this.#report(attempt, { outcome: 'will-retry', failure, nextAttemptAtMs });
      await this.#commit(attempt, (base) => ({
        ...base,
        type: 'defer-dispatch',
        nextAttemptAtMs,
        error,
      }));
      return;
    }
    this.#stats.failed += 1;
    this.#report(attempt, { outcome: 'failed', failure });
    if (decision.type === 'disable') await this.#ports.disableAgent(attempt.session.agentId);
    await this.#commit(attempt, (base) => ({ ...base, type: 'fail-dispatch', error }));
  }

  #report(
    attempt: Attempt,
    end: {
      readonly outcome: AttemptOutcome;
      readonly termination?: Termination;
      readonly failure?: AttemptFailure | null;
      readonly nextAttemptAtMs?: number;
    },
  ): void {
    const { session, epoch } = attempt;
    const failure = end.failure ?? null;
    this.#ports.onAttempt({
      sessionId: session.id,
      userId: session.userId,
      agentId: session.agentId,
      epoch,
      attempt: attempt.attempt,
      webhookId: webhookId(session.id, epoch),
      ...attempt.observed(),
      outcome: end.outcome,
      termination: end.termination ?? null,
      failure: failure?.kind ?? null,
      error: failure === null ? null : describeFailure(failure),
      nextAttemptAtMs: end.nextAttemptAtMs ?? null,
    });
  }

  /** Proposes the end of an attempt until it is decided, this node leads no more, or the limit passes. */
  async #commit(
    attempt: Attempt,
    command: (base: CommandBase) => Parameters<DispatchPorts['propose']>[1],
  ): Promise<void> {
    const deadline = performance.now() + COMMIT_LIMIT_MS;
    const { session, epoch, group } = attempt;
    while (!attempt.dropped && performance.now() < deadline) {
      const outcome: ProposeOutcome = await this.#ports.propose(
        group,
        command({
          sessionId: session.id,
          epoch,
          attempt: attempt.attempt,
          timeMs: this.#ports.wallClockMs(),
        }),
      );
      // Applied: done, or refused because the epoch has moved on, which is as final.
      if (outcome.status === 'applied') return;
      await new Promise((resolve) => setTimeout(resolve, COMMIT_RETRY_MS));
    }
  }

  leadershipLost(group: number): void {
    for (const call of this.#busy.values()) if (call.group === group) call.attempt?.drop();
  }

  async stopAnswer(sessionId: string): ReturnType<DispatchEngine['stopAnswer']> {
    const found = this.#find(sessionId);
    if (found === null)
      return { ok: false, code: 'not_leader', detail: 'this node does not lead the session' };
    const { group, session } = found;
    const attempt = this.#busy.get(sessionId)?.attempt ?? null;
    const partial = attempt?.partial() ?? null;
    // From here on nothing of this answer is shown anywhere, whatever the agent still says.
    attempt?.drop();
    const outcome = await this.#ports.propose(group, {
      type: 'stop-dispatch',
      sessionId,
      epoch: session.dispatch.epoch,
      partial,
      timeMs: this.#ports.wallClockMs(),
    });
    if (outcome.status !== 'applied')
      return { ok: false, code: 'no_quorum', detail: 'the stop could not be committed' };
    if (outcome.reply.type === 'refused')
      return { ok: false, code: 'conflict', detail: outcome.reply.detail };
    return { ok: true };
  }

  #find(sessionId: string): { readonly group: number; readonly session: Session } | null {
    for (const { group, state } of this.#ports.ledGroups()) {
      const session = state.sessions.get(sessionId);
      if (session !== undefined) return { group, session };
    }
    return null;
  }

  liveAnswer(sessionId: string): ReturnType<DispatchEngine['liveAnswer']> {
    const attempt = this.#busy.get(sessionId)?.attempt ?? null;
    if (attempt === null || attempt.dropped) return null;
    return { epoch: attempt.epoch, attempt: attempt.attempt, chunks: attempt.answer.chunks };
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    const deadline = performance.now() + graceMs;
    while (this.#busy.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const call of this.#busy.values()) call.attempt?.drop();
    await this.#http.destroy();
  }
}

interface CommandBase {
  readonly sessionId: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly timeMs: number;
}
