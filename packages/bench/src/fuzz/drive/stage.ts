import { type Credentials, userToken } from '../../credentials.ts';
import { AGENT_KINDS } from '../inputs/case.ts';
import type { Variables } from '../inputs/payload.ts';
import type { CaseLog } from '../oracle/case-log.ts';
import type { Findings } from '../oracle/findings.ts';
import { Api } from './api.ts';
import type { HostileAgent } from './hostile-agent.ts';
import { RunStates } from './run-states.ts';

export interface StageNode {
  readonly id: string;
  readonly url: string;
  readonly port: number;
  readonly meshPort: number;
}

type AgentKind = (typeof AGENT_KINDS)[number];

/** Agents of each kind: a circuit breaker that one case opens must not stand in the way of all others. */
const AGENTS_PER_KIND = 16;
const CALL_LIMIT_MS = 30_000;
/** A disabled agent takes no new sessions: it is enabled, and asked again so often. */
const SESSION_ATTEMPTS_MAX = 5;
/** Cases that use one session: it may be archived or erased by any of them. */
const CASES_PER_SESSION = 10;
const USERS = 24;

/** What a case is played on: nodes, agents, and the users and sessions that stand for its variables. */
export class Stage {
  readonly nodes: readonly StageNode[];
  readonly credentials: Credentials;
  readonly clusterSecret: string;
  readonly agents: HostileAgent;
  readonly agentUrl: string;
  readonly api: Api;
  readonly runs: RunStates;
  readonly findings: Findings;
  readonly cases: CaseLog;
  #turn = 0;
  #session: { readonly id: string; readonly user: string } | null = null;
  #sessionUses = 0;
  #sessions = 0;
  readonly #agentTurns = new Map<AgentKind, number>();

  constructor(parts: {
    readonly nodes: readonly StageNode[];
    readonly credentials: Credentials;
    readonly clusterSecret: string;
    readonly agents: HostileAgent;
    readonly agentUrl: string;
    readonly findings: Findings;
    readonly cases: CaseLog;
  }) {
    const urls = parts.nodes.map(({ url }) => url);
    this.nodes = parts.nodes;
    this.credentials = parts.credentials;
    this.clusterSecret = parts.clusterSecret;
    this.agents = parts.agents;
    this.agentUrl = parts.agentUrl;
    this.findings = parts.findings;
    this.cases = parts.cases;
    this.api = new Api(urls, parts.credentials.apiKey);
    this.runs = new RunStates(urls, parts.credentials.apiKey);
  }

  async registerAgents(): Promise<void> {
    for (const kind of AGENT_KINDS)
      for (let number = 0; number < AGENTS_PER_KIND; number += 1)
        await this.#register(`${kind}-${number}`, kind);
    await this.#register('scapegoat', 'queue');
  }

  async #register(id: string, whileAnswering: AgentKind): Promise<void> {
    const agent = {
      id,
      name: id,
      origin_url: this.agentUrl,
      while_answering: whileAnswering,
      timeout_ms: 1_500,
      idle_timeout_ms: 1_500,
      total_timeout_ms: 8_000,
      debounce_window_ms: whileAnswering === 'merge' ? 300 : 0,
    };
    const { status, value } = await this.api.insist(
      'POST',
      '/api/agents',
      { agent },
      CALL_LIMIT_MS,
    );
    // Taken: by an attempt before, whose answer was lost on a busy machine.
    if (status !== 201 && status !== 409)
      throw new Error(`agent ${id}: ${status} ${JSON.stringify(value)}`);
  }

  nextAgent(kind: AgentKind): string {
    const turn = this.#agentTurns.get(kind) ?? 0;
    this.#agentTurns.set(kind, turn + 1);
    return `${kind}-${turn % AGENTS_PER_KIND}`;
  }

  async #enable(id: string): Promise<void> {
    const body = { agent: { status: 'enabled' } };
    await this.api.insist('PATCH', `/api/agents/${id}`, body, CALL_LIMIT_MS);
  }

  nextNode(): StageNode {
    const node = this.nodes[this.#turn++ % this.nodes.length];
    if (node === undefined) throw new Error('a stage has nodes');
    return node;
  }

  /** With a user of its own, whose group differs from case to case. Any other input may disable the agent meanwhile. */
  async newSession(agentId: string): Promise<{ readonly id: string; readonly user: string }> {
    const user = `fuzz-${this.#sessions++ % USERS}`;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { id: await this.api.createSession(user, agentId, CALL_LIMIT_MS), user };
      } catch (error) {
        if (attempt >= SESSION_ATTEMPTS_MAX) throw error;
        await this.#enable(agentId);
      }
    }
  }

  /** What a case's texts are filled in with. */
  async variables(node: StageNode): Promise<Variables> {
    if (this.#session === null || this.#sessionUses % CASES_PER_SESSION === 0) {
      this.#session = await this.newSession('scapegoat');
    }
    this.#sessionUses += 1;
    const { id, user } = this.#session;
    return {
      session: id,
      user,
      agent: 'scapegoat',
      agent_url: this.agentUrl,
      host: `127.0.0.1:${node.port}`,
      user_token: await userToken(this.credentials, user),
      api_key: this.credentials.apiKey,
    };
  }

  close(): void {
    this.runs.close();
  }
}
