import {
  apply,
  type Command,
  createGroupState,
  type DispatchState,
  type Effect,
  type GroupState,
  type Message,
  readMessages,
  type Session,
  type WhileAnswering,
} from '@fleetlm/conversation';
import { expect } from 'vitest';
import { agentRecord } from '../../../membership/testing/agent-record.ts';
import { newMessage } from '../../../runtime/new-message.ts';
import type { AgentRecord, Proposed } from '../../ports.ts';
import type { AttemptReport, TurnDecision } from '../attempt/attempt-report.ts';
import type { DispatchEngine, DispatchPorts, LiveChunk } from '../dispatch-api.ts';
import { createDispatchEngine } from '../dispatch-engine.ts';
import { DISPATCH_LIMITS, type DispatchLimits } from '../dispatch-limits.ts';
import { threadHistory, throughSeqOf } from '../history/thread-history.ts';
import { FakeAgent } from './fake-agent.ts';

export const GROUP = 7;
export const SESSION = '07-01J00000000000000000000000';
/** Other sessions of the same group. */
export function sessionIdOf(number: number): string {
  return `07-01J${String(number).padStart(23, '0')}`;
}

export const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

const encoder = new TextEncoder();

/** A group with its engine: commands are applied as they are proposed, agents are real HTTP servers. */
export class DispatchBed {
  readonly state: GroupState = createGroupState();
  readonly agent = new FakeAgent();
  readonly agents = new Map<string, AgentRecord>();
  readonly shown: LiveChunk[] = [];
  readonly reports: AttemptReport[] = [];
  readonly decisions: TurnDecision[] = [];
  readonly errors: unknown[] = [];
  readonly effects: Effect[] = [];
  readonly breakers: string[] = [];
  readonly busyChanges: string[] = [];
  readonly commands: Command[] = [];
  leads = true;
  /** Answers a proposal instead of applying it; null: apply it. */
  intercept: (command: Command) => Promise<Proposed | null> = async () => null;
  engine: DispatchEngine;
  readonly #engines: DispatchEngine[] = [];
  #sent = 0;

  constructor() {
    this.engine = this.newEngine();
  }

  static async start(): Promise<DispatchBed> {
    const bed = new DispatchBed();
    bed.setAgent({ originUrl: await bed.agent.listen() });
    bed.createSession(SESSION);
    bed.engine.leadershipGained(GROUP);
    bed.engine.start();
    return bed;
  }

  /** The agent that sessions have by default, or another one. */
  setAgent(fields: Partial<AgentRecord> = {}): AgentRecord {
    const id = fields.id ?? 'bot';
    const record: AgentRecord = {
      ...(this.agents.get(id) ??
        agentRecord({
          id,
          name: id,
          originUrl: this.agent.url,
          timeoutMs: 2_000,
          debounceWindowMs: 0,
          headers: { 'x-own': 'yes' },
          secret: SECRET,
          insertedAtMs: 0,
          updatedAtMs: 0,
        })),
      ...fields,
    };
    this.agents.set(id, record);
    return record;
  }

  createSession(sessionId: string, agentId = 'bot', userId = 'ann'): void {
    this.perform({
      type: 'create-session',
      sessionId,
      userId,
      agentId,
      metadata: encoder.encode('{}'),
      timeMs: Date.now(),
    });
  }

  /** Effects go to the engines, as on a node. */
  perform(command: Command) {
    const { reply, effects } = apply(this.state, command);
    this.commands.push(command);
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.type !== 'dispatch-changed') continue;
      for (const engine of this.#engines) engine.dispatchChanged(effect.sessionId, effect.dispatch);
    }
    return reply;
  }

  async propose(command: Command): Promise<Proposed> {
    if (!this.leads) return { status: 'refused', code: 'not-leader', leader: 0 };
    const outcome = await this.intercept(command);
    return outcome ?? { status: 'ok', value: this.perform(command) };
  }

  newEngine(changes: Partial<DispatchPorts> = {}, limits: Partial<DispatchLimits> = {}) {
    const engine = createDispatchEngine({
      propose: (_, command) => this.propose(command),
      led: (group) =>
        this.leads && group === GROUP ? { group, term: 1, state: this.state } : null,
      agent: (id) => this.agents.get(id) ?? null,
      catchUpAgents: async () => true,
      signingSecrets: ({ secret }) => [secret],
      withKey: (agent) => agent,
      disableAgent: async (id) => {
        this.setAgent({ id, status: 'disabled' });
      },
      publishChunk: (chunk) => this.shown.push(chunk),
      history: (session, settings) =>
        threadHistory(throughSeqOf(session), settings, (beforeSeq, size) => {
          return readMessages(
            session,
            { beforeSeq },
            { limit: size, bytesMax: 2 ** 30, envelopeBytes: 0 },
          ).messages;
        }),
      onAttempt: (report) => this.reports.push(report),
      onDecision: (decision) => this.decisions.push(decision),
      busyChanged: (group, isBusy) => this.busyChanges.push(`${group} ${isBusy}`),
      onBreaker: (agentId, breaker) => this.breakers.push(`${agentId} ${breaker}`),
      wallClockMs: () => Date.now(),
      random: () => 0.5,
      newMessageId: () => crypto.randomUUID(),
      allowPrivateAddresses: true,
      onError: (error) => this.errors.push(error),
      limits: { ...DISPATCH_LIMITS, ...limits },
      ...changes,
    });
    this.#engines.push(engine);
    return engine;
  }

  /** Another engine takes over, as on a node that was elected. */
  takeOver(changes: Partial<DispatchPorts> = {}, limits: Partial<DispatchLimits> = {}): void {
    this.engine.leadershipLost(GROUP);
    this.#engines.splice(this.#engines.indexOf(this.engine), 1);
    const gone = this.engine;
    void gone.stop(0);
    this.leads = true;
    this.engine = this.newEngine(changes, limits);
    this.engine.leadershipGained(GROUP);
    this.engine.start();
  }

  /** A message of the user, by the way that it takes on a leader. */
  say(text: string, sessionId = SESSION, timeMs = Date.now()): Promise<Proposed> {
    return this.append('text', { text }, sessionId, timeMs);
  }

  async append(
    kind: string,
    content: Readonly<Record<string, unknown>>,
    sessionId = SESSION,
    timeMs = Date.now(),
  ): Promise<Proposed> {
    this.#sent += 1;
    const session = this.session(sessionId);
    const agent = this.agents.get(session.agentId);
    const whileAnswering: WhileAnswering = agent?.whileAnswering ?? 'queue';
    const hold =
      whileAnswering === 'interrupt' || whileAnswering === 'merge'
        ? this.engine.hold(sessionId)
        : null;
    const outcome = await this.propose({
      type: 'append-message',
      sessionId,
      sender: { type: 'user', id: session.userId },
      clientMessageId: `c${this.#sent}`,
      message: newMessage('user', kind, content, {}),
      debounceMs: agent?.debounceWindowMs ?? 0,
      whileAnswering,
      held: hold?.held ?? null,
      timeMs,
    });
    hold?.release();
    return outcome;
  }

  session(sessionId = SESSION): Session {
    const session = this.state.sessions.get(sessionId);
    if (session === undefined) throw new Error(`no session ${sessionId}`);
    return session;
  }

  async settled(
    status: DispatchState['status'],
    epoch = 1,
    sessionId = SESSION,
  ): Promise<DispatchState> {
    await expect
      .poll(
        () => {
          const { dispatch } = this.session(sessionId);
          return dispatch.epoch >= epoch ? dispatch.status : `epoch ${dispatch.epoch}`;
        },
        { timeout: 45_000, interval: 10 },
      )
      .toBe(status);
    return this.session(sessionId).dispatch;
  }

  texts(sessionId = SESSION): readonly string[] {
    return this.session(sessionId).tail.map((message) => textOf(message));
  }

  async close(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.stop(0)));
    await this.agent.close();
    expect(this.errors).toEqual([]);
  }
}

export function contentOf(message: Message | undefined) {
  return JSON.parse(new TextDecoder().decode(message?.payload));
}

/** `user: hi`, or `agent: Hello (finish)`. */
export function textOf(message: Message): string {
  const { content, metadata } = contentOf(message);
  if (message.sender.type === 'user') return `user: ${content.text}`;
  const text = content.parts.map((part: { text?: string }) => part.text ?? '').join('');
  return `agent: ${text} (${metadata.termination})`;
}
