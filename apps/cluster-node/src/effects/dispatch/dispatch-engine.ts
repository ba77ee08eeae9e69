import type { DispatchState } from '@fleetlm/conversation';
import { inComponent } from '../../telemetry/component-turns.ts';
import { errorText } from '../error-text.ts';
import type { CheckpointedAnswer } from './attempt/answer-checkpoint.ts';
import type { AttemptEnd } from './attempt/attempt.ts';
import { Attempt } from './attempt/attempt.ts';
import {
  AttemptConclusion,
  type AttemptName,
  type CallHealth,
} from './attempt/attempt-conclusion.ts';
import { ChunkThrottle } from './attempt/chunk-throttle.ts';
import { HeldAnswers } from './attempt/held-answers.ts';
import { ATTEMPTS_MAX } from './attempt/retry-policy.ts';
import { TurnSlices } from './attempt/turn-slices.ts';
import { type BusySession, BusySessions } from './busy-sessions.ts';
import { ANSWERS_LIMITS, ByteBudget } from './call/byte-budget.ts';
import { HttpPools } from './call/http-pools.ts';
import { type AgentLoad, CallSlots } from './call-slots.ts';
import type {
  DispatchEngine,
  DispatchPorts,
  DispatchStats,
  Hold,
  LiveAnswer,
} from './dispatch-api.ts';
import { Gate } from './gate.ts';
import { guardPorts } from './guarded-ports.ts';
import { Setbacks } from './setbacks.ts';
import { type FoundSession, WorkFinder } from './work-finder.ts';

const HAND_OVER_LIMIT_MS = 500;

interface Turn {
  readonly sessionId: string;
  readonly agentId: string;
}

export function createDispatchEngine(ports: DispatchPorts): DispatchEngine {
  return new Engine(ports);
}

/**
 * Derives what is due from the state of the groups that this node leads, and calls agents for it. Nothing is
 * kept here that a new leader would miss.
 */
class Engine implements DispatchEngine {
  readonly #ports: DispatchPorts;
  readonly #pools: HttpPools;
  readonly #finder: WorkFinder;
  readonly #throttle = new ChunkThrottle();
  readonly #slices = new TurnSlices();
  readonly #budget = new ByteBudget(ANSWERS_LIMITS);
  readonly #setbacks: Setbacks;
  readonly #slots: CallSlots<Turn>;
  readonly #conclusion: AttemptConclusion;
  readonly #answers: HeldAnswers;
  readonly #busy: BusySessions;
  /** Sessions that wait for their turn. */
  readonly #queued = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #kicked = false;
  #stopping = false;
  #scannedAtMs = 0;
  #started = 0;
  /** The registrations were read once since this node has started. */
  #hasCaughtUp = false;
  #checkpoints = 0;

  constructor(given: DispatchPorts) {
    const ports = guardPorts(given);
    const { pollMs, setbackPauseMaxMs } = ports.limits;
    this.#ports = ports;
    this.#pools = new HttpPools(ports.allowPrivateAddresses);
    this.#finder = new WorkFinder(ports.led, ports.onError);
    this.#setbacks = new Setbacks(pollMs, setbackPauseMaxMs);
    this.#slots = new CallSlots(ports.limits);
    this.#conclusion = new AttemptConclusion(ports);
    this.#busy = new BusySessions(ports.busyChanged);
    this.#answers = new HeldAnswers(ports, this.#finder, this.#busy);
  }

  get stats(): DispatchStats {
    const loads = this.agentLoads();
    return {
      queued: this.#slots.queued,
      running: this.#busy.size,
      started: this.#started,
      ...this.#conclusion.counts,
      checkpoints: this.#checkpoints,
      breakersOpen: loads.filter(({ breaker }) => breaker !== 'closed').length,
      answersBytes: this.#budget.used,
    };
  }

  agentLoads(): readonly AgentLoad[] {
    return this.#slots.loads(performance.now());
  }

  start(): void {
    this.#timer = setInterval(() => this.#guarded(() => this.#poll()), this.#ports.limits.pollMs);
  }

  leadershipGained(group: number): void {
    this.#finder.gained(group);
  }

  leadershipLost(group: number): void {
    this.#finder.lost(group);
    for (const busy of this.#busy.values()) if (busy.group === group) busy.attempt?.drop();
  }

  /** Called within apply, where an exception would be one of the group; what is missed is found by the next look. */
  dispatchChanged(sessionId: string, dispatch: DispatchState): void {
    this.#guarded(() => this.#changed(sessionId, dispatch));
  }

  #changed(sessionId: string, dispatch: DispatchState): void {
    const busy = this.#busy.get(sessionId);
    if (busy !== undefined) {
      const { attempt, isConcluding } = busy;
      if (attempt !== null && !isConcluding && !isCurrent(dispatch, attempt)) attempt.drop();
      return;
    }
    if (dispatch.status !== 'waiting' && dispatch.status !== 'running') return;
    if (this.#finder.find(sessionId) === null) return;
    const dueAtMs = dispatch.status === 'waiting' ? dispatch.dueAtMs : 0;
    this.#finder.add(sessionId, dueAtMs);
    if (dueAtMs <= this.#ports.wallClockMs()) this.#kick();
  }

  /** Looks for work at the end of this turn of the event loop. */
  #kick(): void {
    if (this.#kicked) return;
    this.#kicked = true;
    setImmediate(() => {
      this.#kicked = false;
      this.#guarded(() => this.#poll());
    });
  }

  /** An exception of one session must reach neither the timer nor the sessions behind it. */
  #guarded(run: () => void): void {
    try {
      inComponent('dispatch', run);
    } catch (error) {
      this.#ports.onError(error);
    }
  }

  #poll(): void {
    if (this.#stopping) return;
    const now = performance.now();
    this.#finder.scanGained();
    if (now - this.#scannedAtMs >= this.#ports.limits.rescanMs) {
      this.#scannedAtMs = now;
      this.#finder.scanNext();
    }
    const wallMs = this.#ports.wallClockMs();
    for (let id = this.#finder.take(wallMs); id !== null; id = this.#finder.take(wallMs))
      this.#considerSafely(id, now);
    for (const turn of this.#slots.givenUp(now, this.#ports.limits.breakerWaitMs))
      this.#guarded(() => this.#giveUp(turn));
    for (let turn = this.#slots.next(now); turn !== null; turn = this.#slots.next(now))
      this.#call(turn);
  }

  #giveUp(turn: Turn): void {
    this.#begin(turn, (found) =>
      this.#conclusion.giveUp(found, this.#answers.checkpointOf(found), { kind: 'breaker' }),
    );
  }

  #considerSafely(sessionId: string, nowMs: number): void {
    this.#guarded(() => {
      const pauseMs = this.#setbacks.pauseMs(sessionId, nowMs);
      if (pauseMs > 0) this.#finder.add(sessionId, this.#ports.wallClockMs() + pauseMs);
      else this.#consider(sessionId, nowMs);
    });
  }

  /** Puts a session in line when its work is due, or looks again when it will be. */
  #consider(sessionId: string, nowMs: number): void {
    if (this.#busy.has(sessionId) || this.#queued.has(sessionId)) return;
    const found = this.#finder.find(sessionId);
    if (found === null) {
      this.#setbacks.clear(sessionId);
      return;
    }
    const { dispatch, agentId } = found.session;
    if (dispatch.status === 'waiting' && dispatch.dueAtMs > this.#ports.wallClockMs()) {
      this.#finder.add(sessionId, dispatch.dueAtMs);
      return;
    }
    if (dispatch.status !== 'waiting' && dispatch.status !== 'running') return;
    this.#queued.add(sessionId);
    this.#slots.add(agentId, { sessionId, agentId }, nowMs);
  }

  /** A slot is taken for this; it is given back when the call is over. */
  #call(turn: Turn): void {
    let health: CallHealth = 'unknown';
    const work = async (found: FoundSession, busy: BusySession): Promise<void> => {
      health = await this.#work(found, busy);
    };
    const end = (): void => this.#ended(turn.agentId, health);
    let hasBegun = false;
    this.#guarded(() => {
      hasBegun = this.#begin(turn, work, end);
    });
    if (!hasBegun) end();
  }

  #ended(agentId: string, health: CallHealth): void {
    const now = performance.now();
    const before = this.#slots.breakerOf(agentId, now);
    this.#slots.ended(agentId, health, now, this.#ports.random());
    const after = this.#slots.breakerOf(agentId, now);
    if (after === 'open' && before !== 'open') this.#ports.onBreaker(agentId, 'open');
    if (after === 'closed' && before !== 'closed') this.#ports.onBreaker(agentId, 'closed');
    if (this.#slots.queued > 0) this.#kick();
  }

  /** False: there is nothing to do for this session any more. */
  #begin(
    { sessionId }: Turn,
    work: (found: FoundSession, busy: BusySession) => Promise<void>,
    end: () => void = () => undefined,
  ): boolean {
    this.#queued.delete(sessionId);
    const found = this.#finder.find(sessionId);
    const before = found?.session.dispatch;
    if (found === null || (before?.status !== 'waiting' && before?.status !== 'running'))
      return false;
    const busy: BusySession = {
      group: found.group,
      gate: new Gate(),
      attempt: null,
      isConcluding: false,
    };
    this.#busy.add(sessionId, busy);
    const over = (isException: boolean): void => {
      this.#busy.delete(sessionId);
      end();
      this.#recheckLater(sessionId, before, isException);
    };
    work(found, busy)
      .then(
        () => over(false),
        (error: unknown) => {
          this.#ports.onError(error);
          over(true);
        },
      )
      .catch(this.#ports.onError);
    return true;
  }

  /** Not at once: what can't be done now must not be tried without a pause, and ever more seldom. */
  #recheckLater(sessionId: string, before: DispatchState, isException: boolean): void {
    const after = this.#finder.find(sessionId)?.session.dispatch;
    const { pollMs } = this.#ports.limits;
    const now = performance.now();
    if (after === before) this.#setbacks.add(sessionId, now, isException);
    else this.#setbacks.clear(sessionId);
    const pauseMs = Math.max(pollMs, this.#setbacks.pauseMs(sessionId, now));
    this.#finder.add(sessionId, this.#ports.wallClockMs() + pauseMs);
  }

  /**
   * False: whether the agent is registered, and how, is not known now. A node that has just started knows the
   * registrations of yesterday, or none, and must not fail a turn for that.
   */
  async #knowsAgent(agentId: string): Promise<boolean> {
    if (this.#hasCaughtUp && this.#ports.agent(agentId) !== null) return true;
    const isCaughtUp = await this.#ports.catchUpAgents();
    this.#hasCaughtUp ||= isCaughtUp;
    return isCaughtUp;
  }

  async #work(found: FoundSession, busy: BusySession): Promise<CallHealth> {
    const { group, session } = found;
    if (this.#setbacks.isHopeless(session.id)) {
      await this.#conclusion.giveUp(found, this.#answers.checkpointOf(found), { kind: 'internal' });
      return 'unknown';
    }
    if (!(await this.#knowsAgent(session.agentId))) return 'unknown';
    const { dispatch } = session;
    if (dispatch.status !== 'waiting' && dispatch.status !== 'running') return 'unknown';
    const { epoch } = dispatch;
    const checkpoint = this.#answers.checkpointOf(found);
    // Counted in the log before they start: a turn that takes its node down does not take down one after the other.
    if (dispatch.attempt >= ATTEMPTS_MAX) {
      await this.#conclusion.giveUp(found, checkpoint, { kind: 'exhausted' });
      return 'unknown';
    }
    const agent = this.#ports.agent(session.agentId);
    const isSealed = dispatch.status === 'running' && agent?.afterNodeLoss === 'seal';
    if (
      isSealed &&
      checkpoint !== null &&
      (await this.#conclusion.seal(found, dispatch, checkpoint))
    )
      return 'unknown';
    const number = dispatch.attempt + 1;
    if (!(await this.#conclusion.start(found, epoch, number))) return 'unknown';
    this.#started += 1;
    const name = { group, session, epoch, attempt: number };
    try {
      return await this.#attempted(name, busy, checkpoint);
    } catch (error) {
      // Neither made nor concluded: it has been counted, so it ends.
      this.#ports.onError(error);
      busy.isConcluding = true;
      await this.#conclusion.abandon(name);
      return 'unknown';
    }
  }

  async #attempted(
    name: AttemptName,
    busy: BusySession,
    checkpoint: CheckpointedAnswer | null,
  ): Promise<CallHealth> {
    const { session } = name;
    const share = this.#budget.open(session.agentId);
    try {
      const attempt = new Attempt({
        ...name,
        messageId: checkpoint?.messageId ?? this.#ports.newMessageId(),
        isContinued: checkpoint !== null,
        gate: busy.gate,
        share,
        throttle: this.#throttle,
        slices: this.#slices,
        ports: this.#ports,
      });
      busy.attempt = attempt;
      // The state may have moved on in the turn in which the start was applied.
      if (!isCurrent(session.dispatch, attempt)) attempt.drop();
      const end = await this.#run(attempt);
      this.#checkpoints += attempt.checkpoints;
      busy.isConcluding = true;
      return await this.#conclusion.conclude(attempt, end, checkpoint);
    } finally {
      share.close();
    }
  }

  async #run(attempt: Attempt): Promise<AttemptEnd> {
    if (attempt.dropped) return { type: 'dropped' };
    const { agentId } = attempt.session;
    try {
      const agent = this.#ports.agent(agentId);
      if (agent === null) return refused('agent_unknown', `There is no agent "${agentId}".`);
      if (agent.status === 'disabled')
        return refused('agent_disabled', `The agent "${agent.name}" is disabled.`);
      const pool = this.#pools.take(agent);
      try {
        return await attempt.run(agent, pool.http);
      } finally {
        pool.release();
      }
    } catch (error) {
      this.#ports.onError(error);
      return { type: 'failed', failure: { kind: 'internal' } };
    }
  }

  hold(sessionId: string): Hold | null {
    return this.#answers.hold(sessionId);
  }

  stopAnswer(sessionId: string): ReturnType<DispatchEngine['stopAnswer']> {
    return this.#answers.stop(sessionId);
  }

  liveAnswer(sessionId: string): LiveAnswer | null {
    return this.#answers.live(sessionId);
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    const deadline = performance.now() + graceMs;
    while (this.#busy.size > 0 && performance.now() < deadline) await pause(20);
    const attempts = [...this.#busy.values()].flatMap(({ attempt }) => attempt ?? []);
    const handedOver = Promise.all(attempts.map((attempt) => attempt.handOver()));
    await Promise.race([handedOver.catch(this.#ports.onError), pause(HAND_OVER_LIMIT_MS)]);
    for (const attempt of attempts) attempt.drop();
    await this.#pools.destroy();
  }
}

function refused(code: 'agent_unknown' | 'agent_disabled', detail: string): AttemptEnd {
  return { type: 'failed', failure: { kind: 'refused', code, detail: errorText(detail) } };
}

function isCurrent(dispatch: DispatchState, attempt: Attempt): boolean {
  return (
    dispatch.status === 'running' &&
    dispatch.epoch === attempt.epoch &&
    dispatch.attempt === attempt.attempt
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
