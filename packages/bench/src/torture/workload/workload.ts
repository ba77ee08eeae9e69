import { randomBytes } from 'node:crypto';
import { type Credentials, userToken } from '../../credentials.ts';
import type { History } from '../history/history.ts';
import type { DeliveryStream } from '../history/operations.ts';
import { pause } from '../rig/wait-until.ts';
import { pick } from '../seeded-random.ts';
import { sessionAnswerShape } from './answers.ts';
import { Reader } from './reader.ts';
import { RestClient } from './rest-client.ts';
import { Subscriber } from './subscriber.ts';
import { type Person, Writer } from './writer.ts';

/** Messages of one session that are on their way at most; a turn that finds as many sends nothing. */
const IN_FLIGHT_PER_SESSION_MAX = 8;
const READS_PER_APPEND = 0.25;
const CURSORS_PER_APPEND = 0.12;
const SETUP_LIMIT_MS = 15_000;
/** Beside other faults. */
const JOINING_LIMIT_MS = 60_000;

export interface WorkloadOptions {
  readonly credentials: Credentials;
  readonly nodes: readonly { readonly id: string; readonly url: string }[];
  readonly sessions: number;
  /** Every so many sessions one has an agent that answers at once; the others' waits a minute. */
  readonly chattyEvery: number;
  readonly ratePerSecond: number;
  readonly agentUrl: string;
  readonly history: History;
  readonly random: () => number;
  /** Of a client between two attempts; milliseconds. */
  readonly pauseMs?: { readonly min: number; readonly max: number };
  /** Who sends next: drawn, with reads and cursors beside the appends; or one after the other, and appends alone. */
  readonly order: 'drawn' | 'in turn';
}

/** People with a device on every node, who write, read and mark as read, on time whatever the answers do. */
export class Workload {
  readonly people: Person[] = [];
  readonly rest: RestClient;
  readonly writer: Writer;
  readonly reader: Reader;
  /** Turns without a send because the session had enough on its way. */
  skipped = 0;
  readonly #options: WorkloadOptions;
  readonly #runId = randomBytes(4).toString('hex');
  readonly #numbers = new Map<string, number>();
  readonly #targets: string[];
  /** Devices on nodes that are no more: what they were given still counts. */
  readonly #retired: Subscriber[] = [];
  #devicesOn: readonly { readonly id: string; readonly url: string }[];
  readonly #inFlight = new Map<number, number>();
  readonly #work = new Set<Promise<void>>();
  #running: Promise<void> | null = null;
  #stop = false;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.rest = new RestClient(options.credentials.apiKey);
    const { history, random, pauseMs } = options;
    const targets = options.nodes.map(({ url }) => url);
    this.#targets = targets;
    this.#devicesOn = options.nodes;
    const runId = this.#runId;
    this.writer = new Writer({
      history,
      rest: this.rest,
      targets,
      random,
      runId,
      ...(pauseMs === undefined ? {} : { pauseMs }),
    });
    this.reader = new Reader({ history, rest: this.rest, targets, random });
  }

  sessionNumber(sessionId: string): number | null {
    return this.#numbers.get(sessionId) ?? null;
  }

  /** Agents, sessions and devices; resolves when every device is live. */
  async setUp(): Promise<void> {
    const { agentUrl, sessions, chattyEvery } = this.#options;
    const quiet = await this.#createAgent('quiet', agentUrl, 60_000);
    const chatty = await this.#createAgent('chatty', agentUrl, 200);
    for (let number = 0; number < sessions; number += 1)
      await this.#createPerson(number, number % chattyEvery === 0 ? chatty : quiet);
    await this.#allLive(() => true, SETUP_LIMIT_MS);
  }

  /** Every user gets a device there, and calls go there too; resolves when those devices are live. */
  async addNode(node: { readonly id: string; readonly url: string }): Promise<void> {
    this.#devicesOn = [...this.#devicesOn, node];
    for (const person of this.people) person.subscribers.push(this.#device(person, node));
    await this.#allLive((subscriber) => subscriber.node === node.id, JOINING_LIMIT_MS);
    this.#targets.push(node.url);
  }

  /** The node is taken out of service: its devices are put away, nothing is sent there any more. */
  removeNode(id: string): void {
    const url = this.#devicesOn.find((node) => node.id === id)?.url;
    if (url !== undefined && this.#targets.includes(url))
      this.#targets.splice(this.#targets.indexOf(url), 1);
    this.#devicesOn = this.#devicesOn.filter((node) => node.id !== id);
    for (const { subscribers } of this.people) {
      const leaving = subscribers.filter(({ node }) => node === id);
      for (const subscriber of leaving) {
        subscriber.close();
        subscribers.splice(subscribers.indexOf(subscriber), 1);
        this.#retired.push(subscriber);
      }
    }
  }

  async #allLive(concerns: (subscriber: Subscriber) => boolean, limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    const missing = (): readonly Subscriber[] =>
      this.people.flatMap(({ subscribers }) =>
        subscribers.filter((subscriber) => concerns(subscriber) && !subscriber.isLive),
      );
    while (missing().length > 0) {
      if (performance.now() > deadline) {
        const where = [...new Set(missing().map(({ node }) => node))].join(', ');
        throw new Error(`${missing().length} devices on ${where} could not join their sessions`);
      }
      await pause(50);
    }
  }

  start(): void {
    this.#stop = false;
    this.#running ??= this.#run();
  }

  /** Resolves when everything that is on its way has ended. */
  async stop(): Promise<void> {
    this.#stop = true;
    await this.#running;
    this.#running = null;
    await Promise.all(this.#work);
  }

  /** The newest seq of each session that a client was answered with. */
  acknowledgedSeqs(): readonly number[] {
    const seqs = this.people.map(({ subscribers }) =>
      Math.max(0, ...subscribers.map(({ headSeq }) => headSeq)),
    );
    for (const { session, headSeq } of this.#retired)
      seqs[session] = Math.max(seqs[session] ?? 0, headSeq);
    for (const { session, outcome, seq } of this.#options.history.appends())
      if (outcome === 'ok') seqs[session] = Math.max(seqs[session] ?? 0, seq);
    return seqs;
  }

  /** The patient agent is made to stay silent: nothing is to be added while everything is read back. */
  async silenceAgents(): Promise<void> {
    const { nodes, credentials } = this.#options;
    const response = await fetch(`${nodes[0]?.url}/api/agents/torture-quiet-${this.#runId}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${credentials.apiKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ agent: { status: 'disabled' } }),
      signal: AbortSignal.timeout(SETUP_LIMIT_MS),
    });
    if (!response.ok) throw new Error(`the agent could not be disabled: ${await response.text()}`);
  }

  streams(): readonly DeliveryStream[] {
    const streamOf =
      (leftEarly: boolean) =>
      ({ session, node, digests, repeated }: Subscriber): DeliveryStream => ({
        session,
        node,
        digests: digests.view(),
        repeated,
        leftEarly,
      });
    return [
      ...this.people.flatMap(({ subscribers }) => subscribers.map(streamOf(false))),
      ...this.#retired.map(streamOf(true)),
    ];
  }

  close(): void {
    for (const { subscribers } of this.people)
      for (const subscriber of subscribers) subscriber.close();
  }

  async #run(): Promise<void> {
    const { ratePerSecond, history, random, order } = this.#options;
    const startedAt = performance.now();
    let turns = 0;
    while (!this.#stop && !history.isFull) {
      const due = Math.floor(((performance.now() - startedAt) / 1000) * ratePerSecond);
      for (; turns < due; turns += 1) {
        if (order === 'in turn') {
          const next = this.people[turns % this.people.length];
          if (next !== undefined) this.#append(next);
          continue;
        }
        this.#append(pick(this.people, random));
        if (random() < READS_PER_APPEND) this.#track(this.reader.read(pick(this.people, random)));
        if (random() < CURSORS_PER_APPEND)
          this.#track(this.reader.moveCursor(pick(this.people, random)));
      }
      await pause(5);
    }
  }

  #append(person: Person): void {
    const inFlight = this.#inFlight.get(person.session) ?? 0;
    if (inFlight >= IN_FLIGHT_PER_SESSION_MAX) {
      this.skipped += 1;
      return;
    }
    this.#inFlight.set(person.session, inFlight + 1);
    this.#track(
      this.writer.send(person).finally(() => {
        this.#inFlight.set(person.session, (this.#inFlight.get(person.session) ?? 1) - 1);
      }),
    );
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  async #createAgent(name: string, originUrl: string, debounceMs: number): Promise<string> {
    const id = `torture-${name}-${this.#runId}`;
    const agent = {
      id,
      name,
      origin_url: originUrl,
      debounce_window_ms: debounceMs,
      timeout_ms: 2_000,
    };
    await this.#must('/api/agents', { agent });
    return id;
  }

  async #createPerson(session: number, agentId: string): Promise<void> {
    const userId = `torture-${this.#runId}-${session}`;
    const created = sessionAnswerShape.parse(
      await this.#must('/api/sessions', { user_id: userId, agent_id: agentId }),
    );
    const sessionId = created.session.id;
    this.#numbers.set(sessionId, session);
    const person = { session, sessionId, userId };
    const subscribers = this.#options.nodes.map((node) => this.#device(person, node));
    this.people.push({ ...person, subscribers });
  }

  #device(
    { session, sessionId, userId }: Omit<Person, 'subscribers'>,
    { id, url }: { readonly id: string; readonly url: string },
  ): Subscriber {
    const { credentials, history } = this.#options;
    return new Subscriber({
      session,
      sessionId,
      node: id,
      url,
      token: () => userToken(credentials, userId),
      history,
    });
  }

  /** For the setting up, when nothing is wrong yet. */
  async #must(path: string, body: object): Promise<unknown> {
    const { nodes, credentials } = this.#options;
    const response = await fetch(`${nodes[0]?.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${credentials.apiKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(SETUP_LIMIT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }
}
