import { type ErrorCode, type Failure, formatSessionId, groupOfUser } from '@fleetlm/protocol';
import { ulid } from 'ulid';
import type { BlobService } from '../blobs/blob-service.ts';
import type { TestCall, TestCaller, TestedAgent } from '../effects/dispatch/index.ts';
import type { Feed } from '../effects/feed/feed.ts';
import type { InboxEvent, LiveSubscription, SessionEvent } from '../effects/feed/feed-events.ts';
import type { Archive, MessageSearch } from '../effects/ports.ts';
import {
  type AskedOperation,
  type OperationError,
  resultOf,
} from '../operations/operation-errors.ts';
import type { GroupOperationType, OutcomeOf, ResultOf, Typed } from '../operations/operations.ts';
import { mapOk } from '../outcome.ts';
import type { Router } from '../router/router.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type AgentSecrets, newSigningSecret } from './agent-secrets.ts';
import { encodeObject, newMessage } from './new-message.ts';
import type {
  AdminRuntime,
  AgentPatch,
  AgentRecord,
  AppendInput,
  Result,
  Runtime,
  SessionUpdate,
} from './runtime-api.ts';
import { SessionContexts } from './session-contexts.ts';

export interface RuntimePorts {
  readonly router: Router;
  readonly groups: number;
  readonly feed: Pick<Feed, 'subscribeSession' | 'subscribeInbox' | 'liveAnswer'>;
  readonly agents: () => ReadonlyMap<string, AgentRecord>;
  /** True once this node has applied all that was acknowledged before the call; false: can't be confirmed now. */
  readonly catchUpSystem: () => Promise<boolean>;
  /** Null: take it; else why nothing more is taken now. */
  readonly overload: () => string | null;
  readonly readiness: Runtime['readiness'];
  readonly agentStats: Runtime['agentStats'];
  readonly feedback: Runtime['feedback'];
  readonly usage: Runtime['usage'];
  readonly privacy: Runtime['privacy'];
  readonly secrets: Pick<AgentSecrets, 'seal' | 'sealKey' | 'signing' | 'withKey' | 'derived'>;
  readonly tests: Pick<TestCaller, 'call'>;
  readonly archive: Pick<Archive, 'search'>;
  readonly blobs: Runtime['blobs'] & Pick<BlobService, 'sessionErased'>;
  readonly wallClockMs: () => number;
  readonly admin: AdminRuntime;
  /** `retry` has an agent called again for a turn that has failed. */
  readonly deliveries: (retry: NodeRuntime['retryFailed']) => Runtime['deliveries'];
  readonly events: Runtime['events'];
  readonly metrics: Pick<Metrics, 'appends' | 'appendSeconds'>;
}

export class NodeRuntime implements Runtime {
  readonly admin: AdminRuntime;
  readonly deliveries: Runtime['deliveries'];
  readonly events: Runtime['events'];
  readonly agentStats: Runtime['agentStats'];
  readonly contexts: Runtime['contexts'];
  readonly feedback: Runtime['feedback'];
  readonly usage: Runtime['usage'];
  readonly privacy: Runtime['privacy'];
  readonly readiness: Runtime['readiness'];
  readonly blobs: Runtime['blobs'];
  readonly #ports: RuntimePorts;

  constructor(ports: RuntimePorts) {
    this.#ports = ports;
    this.admin = ports.admin;
    this.deliveries = ports.deliveries((agentId, turn) => this.retryFailed(agentId, turn));
    this.events = ports.events;
    this.agentStats = ports.agentStats;
    this.contexts = new SessionContexts(this);
    this.feedback = ports.feedback;
    this.usage = ports.usage;
    this.privacy = ports.privacy;
    this.readiness = ports.readiness;
    this.blobs = ports.blobs;
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
    const encoded = encodeObject(metadata);
    return this.#call({ type: 'create-session', sessionId, userId, agentId, metadata: encoded });
  }

  getSession(sessionId: string): ReturnType<Runtime['getSession']> {
    return this.#call({ type: 'get-session', sessionId });
  }

  listSessions(input: Parameters<Runtime['listSessions']>[0]): ReturnType<Runtime['listSessions']> {
    const group = groupOfUser(input.userId, this.#ports.groups);
    return this.#call({ type: 'list-sessions', group, ...input });
  }

  async eraseSession(sessionId: string): ReturnType<Runtime['eraseSession']> {
    const erased = await this.#call({ type: 'erase-session', sessionId });
    if (erased.ok) await this.#ports.blobs.sessionErased(erased.value);
    return withoutValue(erased);
  }

  archiveSession(sessionId: string): ReturnType<Runtime['archiveSession']> {
    return this.#call({ type: 'archive-session', sessionId });
  }

  updateSession(
    sessionId: string,
    { metadata, status }: SessionUpdate,
  ): ReturnType<Runtime['updateSession']> {
    const encoded = metadata === null ? null : encodeObject(metadata);
    return this.#call({ type: 'update-session', sessionId, metadata: encoded, status });
  }

  searchMessages(search: MessageSearch): ReturnType<Runtime['searchMessages']> {
    return this.#ports.archive.search(search);
  }

  append(input: AppendInput): ReturnType<Runtime['append']> {
    const { sessionId, sender, kind, content, metadata, expectedSeq } = input;
    const { router, metrics, overload } = this.#ports;
    const busy = overload();
    if (busy !== null)
      return Promise.resolve({ ok: false, error: { code: 'overloaded', detail: busy } });
    const message = newMessage(sender.type, kind, content, metadata);
    // A message without an id of its client's is known by its own, so that forwarding may be retried.
    const clientMessageId = input.clientMessageId ?? message.id;
    const startedAtMs = performance.now();
    return new Promise((resolve) => {
      const operation = {
        type: 'append',
        sessionId,
        sender,
        clientMessageId,
        message,
        ...(expectedSeq === undefined ? {} : { expectedSeq }),
      } as const;
      router.call(operation, (outcome) => {
        metrics.appendSeconds.observe((performance.now() - startedAtMs) / 1000);
        metrics.appends.inc({ outcome: appendOutcome(outcome) });
        const appended = mapOk(outcome, ({ seq, id, insertedAtMs, duplicate }) => ({
          seq,
          id,
          insertedAtMs,
          duplicate,
          message: duplicate
            ? null
            : { id, sessionId, seq, sender, kind, payload: message.payload, insertedAtMs },
        }));
        resolve(resultOf('append', appended));
      });
    });
  }

  readMessages(
    input:
      | { readonly sessionId: string; readonly afterSeq: number; readonly limit: number }
      | { readonly sessionId: string; readonly beforeSeq: number; readonly limit: number },
  ): ReturnType<Runtime['readMessages']> {
    const { sessionId, ...range } = input;
    return this.#call({ type: 'read-messages', sessionId, range });
  }

  markRead(input: Parameters<Runtime['markRead']>[0]): ReturnType<Runtime['markRead']> {
    return this.#call({ type: 'mark-read', ...input });
  }

  async stop(sessionId: string): ReturnType<Runtime['stop']> {
    const result = await this.#call({ type: 'stop-answer', sessionId });
    if (result.ok) return result;
    const { error } = result;
    // No run in flight; stopping is idempotent.
    return error.code === 'conflict' ? { ok: true, value: null } : { ok: false, error };
  }

  retry(sessionId: string): ReturnType<Runtime['retry']> {
    return this.#call({ type: 'retry-dispatch', sessionId, failed: null });
  }

  /** Only if this very turn has failed, and nothing has followed in its session. */
  retryFailed(
    agentId: string,
    { sessionId, epoch }: { readonly sessionId: string; readonly epoch: number },
  ): Promise<Result<null>> {
    return this.#call({ type: 'retry-dispatch', sessionId, failed: { agentId, epoch } });
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

  createAgent(agent: Omit<AgentRecord, 'previousSecret'>): ReturnType<Runtime['createAgent']> {
    const { secrets } = this.#ports;
    const { apiKey } = agent;
    const sealed = {
      ...agent,
      secret: secrets.seal(agent.id, agent.secret),
      apiKey: apiKey === null ? null : secrets.sealKey(agent.id, apiKey),
      previousSecret: null,
    };
    return this.#call({ type: 'create-agent', agent: sealed });
  }

  signingSecretOf(from: readonly string[]): string {
    return this.#ports.secrets.derived(from);
  }

  hasSigningSecret(agent: AgentRecord, secret: string): boolean {
    return this.#ports.secrets.signing(agent)?.[0] === secret;
  }

  patchAgent(agentId: string, patch: AgentPatch): ReturnType<Runtime['patchAgent']> {
    const { secrets } = this.#ports;
    const { secret, apiKey } = patch;
    const sealed = {
      ...patch,
      ...(secret === undefined ? {} : { secret: secrets.seal(agentId, secret) }),
      ...(typeof apiKey === 'string' ? { apiKey: secrets.sealKey(agentId, apiKey) } : {}),
    };
    return this.#call({ type: 'patch-agent', agentId, patch: sealed });
  }

  async rotateSecret(agentId: string, overlapMs: number): ReturnType<Runtime['rotateSecret']> {
    const { router, secrets, wallClockMs } = this.#ports;
    const secret = newSigningSecret();
    const previousUntilMs = overlapMs === 0 ? null : wallClockMs() + overlapMs;
    const sealed = secrets.seal(agentId, secret);
    const outcome = await router.request({
      type: 'rotate-secret',
      agentId,
      secret: sealed,
      previousUntilMs,
    });
    return resultOf(
      'rotate-secret',
      mapOk(outcome, () => ({ secret, previousUntilMs })),
    );
  }

  deleteAgent(agentId: string): ReturnType<Runtime['deleteAgent']> {
    return this.#call({ type: 'delete-agent', agentId });
  }

  async testAgent(
    registered: AgentRecord,
    address: Pick<TestedAgent, 'originUrl' | 'webhookPath'>,
    conversation: Pick<TestCall, 'sessionId' | 'earlier' | 'text'>,
  ): ReturnType<Runtime['testAgent']> {
    const agent = { ...registered, ...address };
    if (!isSameOrigin(registered.originUrl, address.originUrl)) {
      const stranger = { ...agent, headers: {}, apiKey: null };
      const secrets = [newSigningSecret()];
      return this.#test({ agent: stranger, secrets, isSecretKnown: false, ...conversation });
    }
    const secrets = this.#ports.secrets.signing(agent);
    const opened = this.#ports.secrets.withKey(agent);
    if (secrets !== null && opened !== null)
      return this.#test({ agent: opened, secrets, isSecretKnown: true, ...conversation });
    const detail =
      'this node has no key that decrypts the signing secret: rotate it, or see SECRET_KEYS';
    return { ok: false, error: { code: 'conflict', detail } };
  }

  testNewAgent(
    agent: TestedAgent,
    secret: string | null,
    text: string,
  ): ReturnType<Runtime['testNewAgent']> {
    const secrets = [secret ?? newSigningSecret()];
    const conversation = { text, earlier: [], sessionId: null };
    return this.#test({ agent, secrets, isSecretKnown: secret !== null, ...conversation });
  }

  async #test(call: TestCall): ReturnType<Runtime['testNewAgent']> {
    const report = await this.#ports.tests.call(call);
    if (report !== null) return { ok: true, value: report };
    const detail = 'too many test calls on this node; try again shortly';
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

  async #call<T extends AskedOperation & GroupOperationType>(
    operation: Typed<T>,
  ): Promise<Result<ResultOf<T>, OperationError<T>>> {
    return resultOf(operation.type, await this.#ports.router.request(operation));
  }
}

/** Headers and signatures of an agent are for the server that it is registered with. */
function isSameOrigin(registered: string, asked: string): boolean {
  return new URL(registered).origin === new URL(asked).origin;
}

function withoutValue<C extends ErrorCode>(result: Result<unknown, C>): Result<null, C> {
  return result.ok ? { ok: true, value: null } : result;
}

function appendOutcome(
  outcome: OutcomeOf<'append'>,
): 'committed' | 'duplicate' | 'refused' | 'unknown' {
  if (outcome.status !== 'ok') return outcome.status;
  return outcome.value.duplicate ? 'duplicate' : 'committed';
}
