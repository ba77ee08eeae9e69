import type { Clock } from '../clock/clock.ts';
import { backoffMs } from './backoff.ts';
import type { DialAttempt, MeshOptions, MeshPeerAddress } from './mesh-api.ts';
import type { DialTarget } from './peer.ts';

export interface RediallerOptions {
  readonly clock: Clock;
  /** For the jitter. */
  readonly random: MeshOptions['random'];
  readonly dial: (target: DialTarget) => void;
  /** Whether a call of ours to this node stands. */
  readonly isReached: (nodeId: string) => boolean;
}

/** Addresses that a node gave itself, in the course of its moves; the oldest one that does not answer goes. */
export const LEARNED_ADDRESSES_MAX = 4;

/** The addresses that the mesh keeps calling, and when the next attempt at each is made. */
export class Redialler {
  readonly #options: RediallerOptions;
  readonly #targets: DialTarget[] = [];
  #seeds: ReadonlySet<string> = new Set();
  #closed = false;

  constructor(options: RediallerOptions) {
    this.#options = options;
  }

  find(nodeId: string): DialTarget | undefined {
    const known = this.#targets.filter((target) => target.nodeId === nodeId);
    return known.find(({ connection }) => connection !== null) ?? known[0];
  }

  /** Without those that turned out to be this node's own. */
  get attempts(): readonly DialAttempt[] {
    const others = this.#targets.filter(({ isSelf }) => !isSelf);
    return others.map(({ address: { host, port }, nodeId, connection, lastFailure }) => ({
      nodeId,
      host,
      port,
      isConnected: connection?.isOpen ?? false,
      lastFailure,
    }));
  }

  /** In place of the seeds before; one that is connected stays until its connection ends. */
  setSeeds(addresses: readonly Omit<MeshPeerAddress, 'nodeId'>[]): void {
    this.#seeds = new Set(addresses.map(seedName));
    for (const target of this.#targets.filter((known) => this.#isOver(known))) this.#drop(target);
    for (const { host, port } of addresses) this.#add({ nodeId: null, host, port }, 'seed');
  }

  /** It was a seed, and is none any more. */
  #isOver({ isSeed, address, connection }: DialTarget): boolean {
    return isSeed && connection === null && !this.#seeds.has(seedName(address));
  }

  #drop(target: DialTarget): void {
    target.timer?.cancel();
    target.timer = null;
    target.removed = true;
    const at = this.#targets.indexOf(target);
    if (at >= 0) this.#targets.splice(at, 1);
  }

  add(address: MeshPeerAddress, isConfigured = false): void {
    this.#add(address, isConfigured ? 'configured' : 'learned');
  }

  #add(address: MeshPeerAddress, source: 'configured' | 'learned' | 'seed'): void {
    const known = this.#targets.some(
      (target) =>
        target.address.host === address.host &&
        target.address.port === address.port &&
        target.address.nodeId === address.nodeId,
    );
    if (known || this.#closed) return;
    const target: DialTarget = {
      address,
      nodeId: address.nodeId,
      connection: null,
      timer: null,
      attempt: 0,
      promptCalls: 0,
      removed: false,
      isSelf: false,
      isSpare: false,
      isConfigured: source === 'configured',
      isSeed: source === 'seed',
      lastRefusal: null,
      lastFailure: null,
    };
    this.#targets.push(target);
    if (source === 'learned') this.#dropUnused(address.nodeId);
    this.redial(target);
  }

  /** A node that moves again and again leaves no trail of addresses that are called for ever. */
  #dropUnused(nodeId: string | null): void {
    if (nodeId === null) return;
    const learned = this.#targets.filter(
      ({ address, isConfigured }) => address.nodeId === nodeId && !isConfigured,
    );
    const unused = learned.filter(({ connection }) => connection === null);
    for (const target of unused.slice(0, Math.max(0, learned.length - LEARNED_ADDRESSES_MAX)))
      this.#drop(target);
  }

  /** Another node is there now. What the operator named is called all the same. */
  movedAway(target: DialTarget): void {
    if (!target.isConfigured && !target.isSeed) this.#drop(target);
  }

  /** Calls it no more; at an address that the operator named, not until a node of that name calls from there. */
  remove(nodeId: string): void {
    for (let at = this.#targets.length - 1; at >= 0; at -= 1) {
      const target = this.#targets[at];
      if (target?.nodeId !== nodeId) continue;
      target.timer?.cancel();
      target.timer = null;
      // At a seed another node may be by now.
      const isKept = target.isConfigured || target.isSeed;
      target.isSpare = isKept;
      target.removed = !isKept;
      if (target.removed) this.#targets.splice(at, 1);
      target.connection?.close('peer removed');
    }
  }

  close(reason: string): void {
    this.#closed = true;
    for (const target of this.#targets) {
      target.timer?.cancel();
      target.connection?.close(reason);
    }
  }

  /** Calls the target after its backoff, unless it is connected or not to be called. */
  redial(target: DialTarget): void {
    if (this.#isOver(target)) this.#drop(target);
    if (this.#closed || target.removed || target.isSelf || target.isSpare) return;
    if (target.connection !== null) return;
    target.timer?.cancel();
    const delay = backoffMs(target.attempt, this.#options.random);
    target.attempt += 1;
    target.timer = this.#options.clock.setTimer(delay, () => {
      target.timer = null;
      if (this.#closed || target.removed || target.connection !== null) return;
      // A second call would end the first one: the called node takes it for a new beginning.
      if (target.nodeId !== null && this.#options.isReached(target.nodeId)) target.isSpare = true;
      else this.#options.dial(target);
    });
  }

  /** The node is alive: no reason to wait for the backoff. */
  callBack(nodeId: string): void {
    for (const target of this.#targets) {
      if (target.connection !== null || (target.nodeId !== nodeId && target.nodeId !== null))
        continue;
      this.#redialSoon(target);
    }
  }

  /**
   * At once, but only once until the node has stayed up: what ends a peer ends the calls of both sides, so two nodes that
   * call each other back at once again and again may end each other's calls for ever. After a backoff one of them is first.
   */
  #redialSoon(target: DialTarget): void {
    if (target.promptCalls > 0 && target.timer !== null) return;
    target.attempt = target.promptCalls;
    target.promptCalls += 1;
    this.redial(target);
  }

  /** The connection to the node broke, or it has called: all its addresses are called again. */
  useSpares(nodeId: string): void {
    for (const target of this.#targets) {
      if (target.nodeId !== nodeId || !target.isSpare) continue;
      target.isSpare = false;
      this.#redialSoon(target);
    }
  }

  /** The node stayed up: its address is called back at once when it breaks. */
  trust(nodeId: string): void {
    for (const target of this.#targets) {
      if (target.nodeId !== nodeId) continue;
      target.attempt = 0;
      target.promptCalls = 0;
    }
  }
}

function seedName({ host, port }: Omit<MeshPeerAddress, 'nodeId'>): string {
  return `${host} ${port}`;
}
