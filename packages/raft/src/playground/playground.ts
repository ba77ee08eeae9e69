import type { BasicStatus, ConfState, Entry, Message, ReplicaId } from '../core/index.ts';
import { RandomStream } from '../sim/harness/random.ts';
import { Client, type ClientEvent } from './client.ts';
import type { Command } from './command.ts';
import { narrate } from './narrator.ts';
import { type NodeEvent, PlaygroundNode } from './node.ts';
import { Operator } from './operator.ts';
import type { Payload, WriteAnswer } from './payload.ts';
import { Story } from './story.ts';
import { Timeline } from './timeline.ts';
import { NODE_IDS, RUN_MS_MAX, STEP_MS_MAX } from './timing.ts';
import type { PlaygroundView } from './view.ts';
import { Wire } from './wire.ts';
import { bytesOf, configurationText, entryText, nameOf } from './words.ts';

/** What a scene begins with. */
export interface Setup {
  readonly seed: number;
  /** Voters of the first configuration; the other nodes run and belong to no group yet. */
  readonly voters: readonly ReplicaId[];
}

type Happening =
  | { readonly type: 'node'; readonly node: PlaygroundNode; readonly event: NodeEvent }
  | { readonly type: 'arrive'; readonly message: number }
  | { readonly type: 'client'; readonly event: ClientEvent };

interface PendingWrite {
  readonly write: number;
  readonly index: number;
  readonly term: number;
}

/**
 * Five nodes with the real core, a network, a client and virtual time. Equal setups and commands give equal scenes.
 *
 * @example
 * const playground = new Playground({ seed: 7, voters: NODE_IDS });
 * playground.do({ type: 'run', ms: 3_000 });
 * playground.view().nodes.find(({ role }) => role === 'leader');
 */
export class Playground {
  readonly #timeline = new Timeline<Happening>();
  readonly #wire: Wire;
  readonly #nodes: readonly PlaygroundNode[];
  readonly #client: Client;
  readonly #operator: Operator;
  readonly #story = new Story();
  /** By node: writes that it has appended and owes an answer. */
  readonly #pending = new Map<ReplicaId, readonly PendingWrite[]>();
  readonly #votersFirst: ConfState;
  #arrivals = 0;
  /** Index of the change of the configuration that is in the story already: the first node to apply it adds it. */
  #configurationReportedAt = 0;

  constructor({ seed, voters }: Setup) {
    this.#votersFirst = {
      voters,
      learners: [],
      votersOutgoing: [],
      learnersNext: [],
      autoLeave: false,
    };
    this.#wire = new Wire(new RandomStream(seed, 'wire'));
    this.#client = new Client({
      later: (delayMs, event) => this.#timeline.after(delayMs, { type: 'client', event }),
      send: (to, payload) => this.#send(0, to, payload),
      add: (weight, text) => this.#add(0, weight, text),
    });
    this.#nodes = NODE_IDS.map((id) => this.#createNode(id, new RandomStream(seed, `node ${id}`)));
    const now = (): number => this.nowMs;
    this.#operator = new Operator(this.#nodes, this.#wire, {
      get nowMs() {
        return now();
      },
      say: (text) => this.#add(0, 'command', text),
      stopped: ({ id }) => this.#pending.delete(id),
    });
  }

  get nowMs(): number {
    return this.#timeline.nowMs;
  }

  get isOver(): boolean {
    return this.nowMs >= RUN_MS_MAX;
  }

  /** Does what the command says. What can't be done is in the story and changes nothing. */
  do(command: Command): void {
    switch (command.type) {
      case 'run':
        this.#run(command.ms);
        return;
      case 'step':
        this.#step();
        return;
      case 'write':
        this.#client.write(command.to);
        return;
      default:
        this.#operator.do(command);
    }
  }

  view(): PlaygroundView {
    return {
      nowMs: this.nowMs,
      nodes: this.#nodes.map((node) => node.view()),
      timers: this.#nodes.map((node) => node.timer()),
      cuts: this.#wire.cuts,
      messages: this.#wire.view(this.nowMs),
      writes: this.#client.views,
      story: this.#story.lines,
      configuration: this.#operator.configuration() ?? this.#votersFirst,
      isOver: this.isOver,
    };
  }

  #createNode(id: ReplicaId, random: RandomStream): PlaygroundNode {
    const now = (): number => this.nowMs;
    return new PlaygroundNode(
      id,
      this.#votersFirst,
      {
        get nowMs() {
          return now();
        },
        later: (node, delayMs, event) =>
          this.#timeline.after(delayMs, { type: 'node', node, event }),
        send: (message) => this.#send(message.from, message.to, { kind: 'raft', message }),
        observed: (node, before, now) => this.#observed(node, before, now),
        replaced: (node, entries) => this.#replaced(node, entries),
        applied: (node, entry) => this.#applied(node, entry),
      },
      random,
    );
  }

  #run(ms: number): void {
    const untilMs = Math.min(this.nowMs + ms, RUN_MS_MAX);
    let happening = this.#timeline.take(untilMs);
    while (happening !== null) {
      this.#happen(happening);
      happening = this.#timeline.take(untilMs);
    }
  }

  #step(): void {
    const untilMs = Math.min(this.nowMs + STEP_MS_MAX, RUN_MS_MAX);
    const { count } = this.#story;
    const arrivals = this.#arrivals;
    while (this.#story.count === count && this.#arrivals === arrivals) {
      const happening = this.#timeline.take(untilMs);
      if (happening === null) return;
      this.#happen(happening);
    }
  }

  #happen(happening: Happening): void {
    switch (happening.type) {
      case 'node':
        happening.node.handle(happening.event);
        return;
      case 'arrive':
        this.#arrive(happening.message);
        return;
      case 'client':
        this.#client.handle(happening.event);
        return;
      default:
        happening satisfies never;
    }
  }

  #send(from: ReplicaId, to: ReplicaId, payload: Payload): void {
    const message = this.#wire.send(this.nowMs, from, to, payload);
    this.#timeline.after(message.arrivesMs - this.nowMs, { type: 'arrive', message: message.id });
  }

  #arrive(id: number): void {
    const message = this.#wire.arrive(id);
    if (message === null) return;
    this.#arrivals += 1;
    const { from, to, payload } = message;
    if (payload.kind === 'write-answer') {
      this.#client.answered(payload.write, from, payload.answer);
      return;
    }
    const node = this.#operator.node(to);
    if (node.core === null) {
      this.#wire.arrivedNowhere(message, this.nowMs);
      if (payload.kind === 'write') this.#client.notThere(payload.write);
    } else if (payload.kind === 'write') this.#proposeWrite(node, payload.write, payload.text);
    else {
      this.#countVote(node, payload.message);
      node.drive((core) => core.step(payload.message));
    }
  }

  #proposeWrite(node: PlaygroundNode, write: number, text: string): void {
    const result = node.drive((core) => core.propose(bytesOf(text)));
    if (result === null) return;
    if (result.ok) {
      this.#client.appended(write);
      const { index, term } = result;
      this.#pending.set(node.id, [...(this.#pending.get(node.id) ?? []), { write, index, term }]);
      this.#add(
        node.id,
        'turn',
        `${nameOf(node.id)} appends ${text} as entry ${index} of term ${term}.`,
      );
      return;
    }
    const { reason, leader } = result;
    const answer: WriteAnswer =
      reason === 'not-leader' ? { status: reason, leader } : { status: 'refused', reason };
    this.#send(node.id, 0, { kind: 'write-answer', write, answer });
  }

  #observed(node: PlaygroundNode, before: BasicStatus, now: BasicStatus): void {
    const { core } = node;
    if (core === null) return;
    const { votesFor, configuration } = node;
    const lines = narrate({ before, now, votesFor, configuration, status: () => core.status() });
    for (const { weight, text } of lines) this.#add(node.id, weight, text);
    if (before.role !== now.role || before.term !== now.term) node.votesFor = [];
  }

  #replaced(node: PlaygroundNode, entries: readonly Entry[]): void {
    const thrown = entries.map((entry) => `${entry.index} (${entryText(entry)})`).join(', ');
    const text = `${nameOf(node.id)} throws away entries that its leader does not have: ${thrown}. They were never committed.`;
    this.#add(node.id, 'turn', text);
  }

  #applied(node: PlaygroundNode, entry: Entry): void {
    if (entry.type !== 'normal' && entry.index > this.#configurationReportedAt) {
      this.#configurationReportedAt = entry.index;
      this.#add(node.id, 'turn', `The voters are now ${configurationText(node.configuration)}.`);
    }
    const pending = this.#pending.get(node.id) ?? [];
    this.#pending.set(
      node.id,
      pending.filter(({ index }) => index > entry.index),
    );
    for (const { write, index, term } of pending) {
      if (index !== entry.index) continue;
      const answer: WriteAnswer =
        term === entry.term
          ? { status: 'acknowledged', index, term }
          : { status: 'overwritten', index };
      this.#send(node.id, 0, { kind: 'write-answer', write, answer });
    }
  }

  /** Keeps the tally that the picture shows; the core has its own. */
  #countVote(node: PlaygroundNode, message: Message): void {
    if (message.type !== 'vote-response' && message.type !== 'pre-vote-response') return;
    const { status } = node;
    if (status === null) return;
    if (message.reject) {
      const who = `${nameOf(message.from)} ${message.type === 'vote-response' ? 'does not vote' : 'would not vote'}`;
      this.#add(message.from, 'detail', `${who} for ${nameOf(node.id)}.`);
      return;
    }
    const isPre = message.type === 'pre-vote-response';
    const asked = isPre ? status.term + 1 : status.term;
    const isMeant = status.role === (isPre ? 'pre-candidate' : 'candidate');
    if (isMeant && message.term === asked && !node.votesFor.includes(message.from)) {
      node.votesFor.push(message.from);
    }
  }

  #add(node: ReplicaId, weight: 'turn' | 'detail' | 'command', text: string): void {
    this.#story.add(this.nowMs, node, weight, text);
  }
}
