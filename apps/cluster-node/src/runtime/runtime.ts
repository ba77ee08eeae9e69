import {
  type ErrorCode,
  type Failure,
  formatSessionId,
  groupOfSession,
  groupOfUser,
} from '@fleetlm/protocol';
import { ulid } from 'ulid';
import type { TestCall, TestCaller, TestedAgent } from '../effects/dispatch/index.ts';
import type { Feed } from '../effects/feed/feed.ts';
import type { InboxEvent, LiveSubscription, SessionEvent } from '../effects/feed/feed-events.ts';
import type { Archive, MessageSearch } from '../effects/ports.ts';
import { type AgentSecrets, newSigningSecret } from '../membership/agent-secrets.ts';
import type { CallOutcome, Operation, OperationResult } from '../router/operations.ts';
import type { Router } from '../router/router.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { encodeObject, newMessage } from './new-message.ts';
import { type AskedOperation, type OperationError, within } from './operation-errors.ts';
import type {
  AdminRuntime,
  AgentPatch,
  AgentRecord,
  AppendInput,
  Result,
  Runtime,
  SessionUpdate,
} from './runtime-api.ts';

export interface RuntimePorts {
  readonly router: Router;
  readonly systemGroup: number;
  readonly groups: number;
  readonly feed: Pick<Feed, 'subscribeSession' | 'subscribeInbox' | 'liveAnswer'>;
  readonly agents: () => ReadonlyMap<string, AgentRecord>;
  /** True once this node has applied all that was acknowledged before the call; false: can't be confirmed now. */
  readonly catchUpSystem: () => Promise<boolean>;
  /** Null: take it; else why nothing more is taken now. */
  readonly overload: () => string | null;
  readonly readiness: Runtime['readiness'];
  readonly agentStats: Runtime['agentStats'];
  readonly secrets: Pick<AgentSecrets, 'seal' | 'signing'>;
  readonly tests: Pick<TestCaller, 'call'>;
  readonly archive: Pick<Archive, 'search'>;
  readonly wallClockMs: () => number;
  readonly admin: AdminRuntime;
  readonly deliveries: Runtime['deliveries'];
  readonly metrics: Pick<Metrics, 'appends' | 'appendSeconds'>;
}

/** Picks the kind of result that an operation has; anything else is a bug, loudly. */
type ResultOfType<T extends OperationResult['type']> = Extract<
  OperationResult,
  { readonly type: T }
>;

export class NodeRuntime implements Runtime {
  readonly admin: AdminRuntime;
  readonly deliveries: Runtime['deliveries'];
  readonly agentStats: Runtime['agentStats'];
  readonly readiness: Runtime['readiness'];
  readonly #ports: RuntimePorts;

  constructor(ports: RuntimePorts) {
    this.#ports = ports;
    this.admin = ports.admin;
    this.deliveries = ports.deliveries;
    this.agentStats = ports.agentStats;
    this.readiness = ports.readiness;
  }

  groupOfUser(userId: string): number {
    return groupOfUser(userId, this.#ports.groups);
  }

  async createSession(
    input: Parameters<Runtime['createSession']>[0],
  ): ReturnType<Runtime['createSession']> {
    const { userId, agentId, metadata } = input;
    const refusal = await this.#agentRefusal(agentId);
    if (refusal !== null) return { ok: false, error: refusal };
    const group = groupOfUser(userId, this.#ports.groups);
    const sessionId = input.sessionId ?? formatSessionId(group, ulid());
    const result = await this.#call(
      group,
      { type: 'create-session', sessionId, userId, agentId, metadata: encodeObject(metadata) },
      'session',
    );
    return mapped(result, ({ session }) => session);
  }

  async getSession(sessionId: string): ReturnType<Runtime['getSession']> {
    const result = await this.#onSession({ type: 'get-session', sessionId }, 'session', 'replica');
    return mapped(result, ({ session }) => session);
  }

  async listSessions(
    input: Parameters<Runtime['listSessions']>[0],
  ): ReturnType<Runtime['listSessions']> {
    const group = groupOfUser(input.userId, this.#ports.groups);
    return this.#call(group, { type: 'list-sessions', group, ...input }, 'sessions', 'replica');
  }

  async eraseSession(sessionId: string): ReturnType<Runtime['eraseSession']> {
    const result = await this.#onSession({ type: 'erase-session', sessionId }, 'session');
    return mapped(result, () => null);
  }

  async archiveSession(sessionId: string): ReturnType<Runtime['archiveSession']> {
    const result = await this.#onSession({ type: 'archive-session', sessionId }, 'session');
    return mapped(result, ({ session }) => session);
  }

  async updateSession(
    sessionId: string,
    { metadata, status }: SessionUpdate,
  ): ReturnType<Runtime['updateSession']> {
    const encoded = metadata === null ? null : encodeObject(metadata);
    const result = await this.#onSession(
      { type: 'update-session', sessionId, metadata: encoded, status },
      'session',
    );
    return mapped(result, ({ session }) => session);
  }

  searchMessages(search: MessageSearch): ReturnType<Runtime['searchMessages']> {
    return this.#ports.archive.search(search);
  }

  append(input: AppendInput): ReturnType<Runtime['append']> {
    const { sessionId, sender, kind, content, metadata } = input;
    const { router, metrics, overload } = this.#ports;
    const group = this.#groupOf(sessionId);
    if (group === null) return Promise.resolve(noSession(sessionId));
    const busy = overload();
    if (busy !== null)
      return Promise.resolve({ ok: false, error: { code: 'overloaded', detail: busy } });
    const message = newMessage(kind, content, metadata);
    // A message without an id of its client's is known by its own, so that forwarding may be retried.
    const clientMessageId = input.clientMessageId ?? message.id;
    const startedAtMs = performance.now();
    return new Promise((resolve) => {
      const operation: Operation = { type: 'append', sessionId, sender, clientMessageId, message };
      router.call(group, 'leader', operation, (outcome) => {
        metrics.appendSeconds.observe((performance.now() - startedAtMs) / 1000);
        metrics.appends.inc({ outcome: appendOutcome(outcome) });
        resolve(
          mapped(
            within('append', resultOf(outcome, 'appended')),
            ({ seq, id, insertedAtMs, duplicate }) => ({
              seq,
              id,
              insertedAtMs,
              duplicate,
              message: duplicate
                ? null
                : { id, sessionId, seq, sender, kind, payload: message.payload, insertedAtMs },
            }),
          ),
        );
      });
    });
  }

  readMessages(
    input:
      | { readonly sessionId: string; readonly afterSeq: number; readonly limit: number }
      | { readonly sessionId: string; readonly beforeSeq: number; readonly limit: number },
  ): ReturnType<Runtime['readMessages']> {
    const { sessionId, ...range } = input;
    return this.#onSession({ type: 'read-messages', sessionId, range }, 'messages', 'replica');
  }

  markRead(input: Parameters<Runtime['markRead']>[0]): ReturnType<Runtime['markRead']> {
    return this.#onSession({ type: 'mark-read', ...input }, 'read');
  }

  async stop(sessionId: string): ReturnType<Runtime['stop']> {
    const result = await this.#onSession({ type: 'stop-answer', sessionId }, 'done');
    if (result.ok) return { ok: true, value: null };
    const { error } = result;
    // No run in flight; stopping is idempotent.
    return error.code === 'conflict' ? { ok: true, value: null } : { ok: false, error };
  }

  async retry(sessionId: string): ReturnType<Runtime['retry']> {
    const result = await this.#onSession(
      { type: 'retry-dispatch', sessionId, failed: null },
      'done',
    );
    return mapped(result, () => null);
  }

  /** Only if this very turn has failed, and nothing has followed in its session. */
  async retryFailed(
    agentId: string,
    { sessionId, epoch }: { readonly sessionId: string; readonly epoch: number },
  ): Promise<Result<null>> {
    const failed = { agentId, epoch };
    const result = await this.#onSession({ type: 'retry-dispatch', sessionId, failed }, 'done');
    return mapped(result, () => null);
  }

  async liveAnswer(sessionId: string): ReturnType<Runtime['liveAnswer']> {
    return { ok: true, value: await this.#ports.feed.liveAnswer(sessionId) };
  }

  subscribeSession(sessionId: string, sink: (event: SessionEvent) => void): LiveSubscription {
    return this.#ports.feed.subscribeSession(sessionId, sink);
  }

  subscribeInbox(userId: string, sink: (event: InboxEvent) => void): LiveSubscription {
    return this.#ports.feed.subscribeInbox(userId, sink);
  }

  listAgents(): readonly AgentRecord[] {
    return [...this.#ports.agents().values()];
  }

  getAgent(agentId: string): AgentRecord | null {
    return this.#ports.agents().get(agentId) ?? null;
  }

  async catchUpAgents(): ReturnType<Runtime['catchUpAgents']> {
    return (await this.#ports.catchUpSystem())
      ? { ok: true, value: null }
      : { ok: false, error: { code: 'no_quorum', detail: 'the system group has no quorum' } };
  }

  async createAgent(
    agent: Omit<AgentRecord, 'previousSecret'>,
  ): ReturnType<Runtime['createAgent']> {
    const { systemGroup, secrets } = this.#ports;
    const sealed = {
      ...agent,
      secret: secrets.seal(agent.id, agent.secret),
      previousSecret: null,
    };
    const operation = { type: 'create-agent', agent: sealed } as const;
    return mapped(await this.#call(systemGroup, operation, 'agent'), (value) => value.agent);
  }

  async patchAgent(agentId: string, patch: AgentPatch): ReturnType<Runtime['patchAgent']> {
    const { systemGroup, secrets } = this.#ports;
    const { secret } = patch;
    const sealed =
      secret === undefined ? patch : { ...patch, secret: secrets.seal(agentId, secret) };
    const operation = { type: 'patch-agent', agentId, patch: sealed } as const;
    return mapped(await this.#call(systemGroup, operation, 'agent'), (value) => value.agent);
  }

  async rotateSecret(agentId: string, overlapMs: number): ReturnType<Runtime['rotateSecret']> {
    const { systemGroup, secrets, wallClockMs } = this.#ports;
    const secret = newSigningSecret();
    const previousUntilMs = overlapMs === 0 ? null : wallClockMs() + overlapMs;
    const sealed = secrets.seal(agentId, secret);
    const result = await this.#call(
      systemGroup,
      { type: 'rotate-secret', agentId, secret: sealed, previousUntilMs },
      'agent',
    );
    return mapped(result, () => ({ secret, previousUntilMs }));
  }

  async testAgent(
    registered: AgentRecord,
    address: Pick<TestedAgent, 'originUrl' | 'webhookPath'>,
    said: Pick<TestCall, 'sessionId' | 'earlier' | 'text'>,
  ): ReturnType<Runtime['testAgent']> {
    const agent = { ...registered, ...address };
    if (!isSameOrigin(registered.originUrl, address.originUrl)) {
      const stranger = { ...agent, headers: {} };
      const secrets = [newSigningSecret()];
      return this.#test({ agent: stranger, secrets, isSecretKnown: false, ...said });
    }
    const secrets = this.#ports.secrets.signing(agent);
    if (secrets !== null) return this.#test({ agent, secrets, isSecretKnown: true, ...said });
    const detail = 'no key of this node opens its signing secret: rotate it, or see SECRET_KEYS';
    return { ok: false, error: { code: 'conflict', detail } };
  }

  testNewAgent(
    agent: TestedAgent,
    secret: string | null,
    text: string,
  ): ReturnType<Runtime['testNewAgent']> {
    const secrets = [secret ?? newSigningSecret()];
    const said = { text, earlier: [], sessionId: null };
    return this.#test({ agent, secrets, isSecretKnown: secret !== null, ...said });
  }

  async #test(call: TestCall): ReturnType<Runtime['testNewAgent']> {
    const report = await this.#ports.tests.call(call);
    if (report !== null) return { ok: true, value: report };
    const detail = 'this node makes as many test calls as it may; try again shortly';
    return { ok: false, error: { code: 'overloaded', detail } };
  }

  /** Null: the agent takes new conversations. */
  async #agentRefusal(
    agentId: string,
  ): Promise<Failure<'no_quorum' | 'invalid_request' | 'conflict'> | null> {
    if (this.getAgent(agentId) === null) {
      // Registered a moment ago through another node, perhaps.
      const caughtUp = await this.catchUpAgents();
      if (!caughtUp.ok) return caughtUp.error;
    }
    const agent = this.getAgent(agentId);
    if (agent === null)
      return {
        code: 'invalid_request',
        detail: `agent_id: there is no agent "${agentId}"`,
        errors: [{ path: 'agent_id', message: 'is not the id of a registered agent' }],
      };
    return agent.status === 'enabled'
      ? null
      : { code: 'conflict', detail: `the agent "${agentId}" is disabled` };
  }

  /** Null: a session of no group of this cluster. */
  #groupOf(sessionId: string): number | null {
    const group = groupOfSession(sessionId);
    return group === null || group >= this.#ports.groups ? null : group;
  }

  #onSession<O extends AskedOperation, T extends OperationResult['type']>(
    operation: Operation & { readonly type: O; readonly sessionId: string },
    type: T,
    by: 'leader' | 'replica' = 'leader',
  ): Promise<Result<ResultOfType<T>, OperationError<O>>> {
    const group = this.#groupOf(operation.sessionId);
    return group === null
      ? Promise.resolve(within(operation.type, noSession(operation.sessionId)))
      : this.#call<O, T>(group, operation, type, by);
  }

  #call<O extends AskedOperation, T extends OperationResult['type']>(
    group: number,
    operation: Operation & { readonly type: O },
    type: T,
    by: 'leader' | 'replica' = 'leader',
  ): Promise<Result<ResultOfType<T>, OperationError<O>>> {
    return new Promise((resolve) => {
      this.#ports.router.call(group, by, operation, (outcome) =>
        resolve(within(operation.type, resultOf(outcome, type))),
      );
    });
  }
}

/** Headers and signatures of an agent are for the server that it is registered with. */
function isSameOrigin(registered: string, asked: string): boolean {
  return new URL(registered).origin === new URL(asked).origin;
}

/** What a call came to, as the kind of result that its operation has. */
export function resultOf<T extends OperationResult['type']>(
  outcome: CallOutcome,
  type: T,
): Result<ResultOfType<T>> {
  if (outcome.status === 'failed') {
    const { status: _, ...error } = outcome;
    return { ok: false, error };
  }
  const { result } = outcome;
  if (result.type === 'rejected') {
    const { type: _, ...error } = result;
    return { ok: false, error };
  }
  if (isOfType(result, type)) return { ok: true, value: result };
  return {
    ok: false,
    error: { code: 'internal', detail: `the answer is "${result.type}", not "${type}"` },
  };
}

function isOfType<T extends OperationResult['type']>(
  result: OperationResult,
  type: T,
): result is ResultOfType<T> {
  return result.type === type;
}

export function mapped<T, U, C extends ErrorCode>(
  result: Result<T, C>,
  map: (value: T) => U,
): Result<U, C> {
  return result.ok ? { ok: true, value: map(result.value) } : result;
}

function noSession(sessionId: string): Result<never, 'not_found'> {
  return { ok: false, error: { code: 'not_found', detail: `there is no session ${sessionId}` } };
}

function appendOutcome(outcome: CallOutcome): 'committed' | 'duplicate' | 'refused' | 'unknown' {
  if (outcome.status === 'failed') return outcome.code === 'timeout' ? 'unknown' : 'refused';
  if (outcome.result.type !== 'appended') return 'refused';
  return outcome.result.duplicate ? 'duplicate' : 'committed';
}
