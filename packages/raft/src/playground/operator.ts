import type { ConfState, ReplicaId } from '../core/index.ts';
import type { Command } from './command.ts';
import type { PlaygroundNode } from './node.ts';
import { NODE_IDS } from './timing.ts';
import type { Wire } from './wire.ts';
import { listOf, nameOf } from './words.ts';

/** What is done to the nodes and the network, apart from letting time pass and writing. */
export type Operation = Exclude<Command, { type: 'run' | 'step' | 'write' }>;

export interface OperatorPort {
  readonly nowMs: number;
  say(text: string): void;
  /** The node's promises to the client are gone. */
  stopped(node: PlaygroundNode): void;
}

/** The hand of the viewer: stops, cuts, and asks the leader. */
export class Operator {
  readonly #nodes: readonly PlaygroundNode[];
  readonly #wire: Wire;
  readonly #port: OperatorPort;

  constructor(nodes: readonly PlaygroundNode[], wire: Wire, port: OperatorPort) {
    this.#nodes = nodes;
    this.#wire = wire;
    this.#port = port;
  }

  do(operation: Operation): void {
    switch (operation.type) {
      case 'cut':
      case 'mend':
        this.#link(operation);
        return;
      case 'isolate':
        this.#isolate(operation.node);
        return;
      case 'mend-all':
        for (const { a, b } of this.#wire.cuts) this.#wire.mend(a, b);
        this.#port.say('All links are mended.');
        return;
      case 'drop':
        this.#drop(operation.message);
        return;
      case 'drop-all': {
        const dropped = this.#wire.dropAll(this.#port.nowMs);
        this.#port.say(`All messages under way are lost: ${dropped}.`);
        return;
      }
      case 'stop':
      case 'restart':
      case 'campaign':
        this.#toNode(this.node(operation.node), operation.type);
        return;
      case 'election-timeout':
        this.node(operation.node).core?.setRandomizedElectionTimeout(operation.ticks);
        return;
      case 'change':
        this.#change(operation);
        return;
      case 'transfer':
        this.#transfer(operation.to);
        return;
      default:
        operation satisfies never;
    }
  }

  /** Throws RangeError when there is no such node. */
  node(id: ReplicaId): PlaygroundNode {
    const node = this.#nodes.find((candidate) => candidate.id === id);
    if (node !== undefined) return node;
    throw new RangeError(`there is no node ${id}: nodes are ${listOf(NODE_IDS)}`);
  }

  /** The configuration as the node that has applied most has it. */
  configuration(): ConfState | null {
    let furthest: PlaygroundNode | null = null;
    for (const node of this.#nodes) if (node.applied > (furthest?.applied ?? 0)) furthest = node;
    return furthest?.configuration ?? null;
  }

  #link({ type, a, b }: Extract<Operation, { type: 'cut' | 'mend' }>): void {
    if (type === 'cut') this.#wire.cut(a, b, this.#port.nowMs);
    else this.#wire.mend(a, b);
    const done = type === 'cut' ? 'cut' : 'mended';
    this.#port.say(`The link between ${nameOf(a)} and ${nameOf(b)} is ${done}.`);
  }

  #isolate(node: ReplicaId): void {
    for (const id of NODE_IDS) if (id !== node) this.#wire.cut(id, node, this.#port.nowMs);
    this.#port.say(`${nameOf(node)} is cut off from all others.`);
  }

  #drop(id: number): void {
    const message = this.#wire.drop(id, this.#port.nowMs);
    if (message === null) return;
    this.#port.say(`A message from ${nameOf(message.from)} to ${nameOf(message.to)} is lost.`);
  }

  #toNode(node: PlaygroundNode, what: 'stop' | 'restart' | 'campaign'): void {
    const name = nameOf(node.id);
    const isRunning = node.core !== null;
    if (isRunning === (what === 'restart')) return;
    switch (what) {
      case 'stop':
        node.stop();
        this.#port.stopped(node);
        this.#port.say(`${name} is stopped: what was not on its disk yet is gone.`);
        return;
      case 'restart':
        node.start();
        this.#port.say(`${name} starts again with what is on its disk.`);
        return;
      case 'campaign':
        this.#port.say(`The election timeout of ${name} has passed.`);
        node.drive((core) => core.campaign());
        return;
    }
  }

  #change({ changes }: Extract<Operation, { type: 'change' }>): void {
    const wish = changes
      .map(({ type, nodeId }) => `${type.replaceAll('-', ' ')} ${nameOf(nodeId)}`)
      .join(', ');
    const leader = this.#leader();
    if (leader === null) {
      this.#port.say(`There is no leader to change the voters (${wish}).`);
      return;
    }
    const [only, ...more] = changes;
    const result = leader.drive((core) =>
      core.proposeConfChange(
        only !== undefined && more.length === 0
          ? only
          : { transition: 'auto', changes, context: new Uint8Array(0) },
      ),
    );
    const who = nameOf(leader.id);
    if (result?.ok === true) {
      this.#port.say(`${who} is asked to ${wish}: entry ${result.index}.`);
    } else this.#port.say(`${who} refuses to ${wish}: ${result?.reason ?? 'it is stopped'}.`);
  }

  #transfer(to: ReplicaId): void {
    const leader = this.#leader();
    if (leader === null) {
      this.#port.say('There is no leader to hand over.');
      return;
    }
    this.#port.say(`${nameOf(leader.id)} is asked to hand over to ${nameOf(to)}.`);
    leader.drive((core) => core.transferLeadership(to));
  }

  /** Who leads in the highest term; an old leader may not know yet that it is over. */
  #leader(): PlaygroundNode | null {
    let leader: PlaygroundNode | null = null;
    for (const node of this.#nodes) {
      const { status } = node;
      if (status?.role === 'leader' && status.term > (leader?.status?.term ?? 0)) leader = node;
    }
    return leader;
  }
}
