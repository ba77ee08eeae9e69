import type { Clock } from '../clock/clock.ts';
import { backoffMs } from './backoff.ts';
import type { MeshOptions, MeshPeerAddress } from './mesh-api.ts';
import type { DialTarget } from './peer.ts';

export interface RediallerOptions {
  readonly clock: Clock;
  /** For the jitter. */
  readonly random: MeshOptions['random'];
  readonly dial: (target: DialTarget) => void;
  /** Whether a call of ours to this node stands. */
  readonly isReached: (nodeId: string) => boolean;
}

/** The addresses that the mesh keeps calling, and when the next attempt at each is made. */
export class Redialler {
  readonly #options: RediallerOptions;
  readonly #targets: DialTarget[] = [];
  #closed = false;

  constructor(options: RediallerOptions) {
    this.#options = options;
  }

  find(nodeId: string): DialTarget | undefined {
    const known = this.#targets.filter((target) => target.nodeId === nodeId);
    return known.find(({ connection }) => connection !== null) ?? known[0];
  }

  add(address: MeshPeerAddress, isConfigured = false): void {
    const known = this.#targets.some(
      (target) =>
        target.address.host === address.host &&
        target.address.port === address.port &&
        target.nodeId === address.nodeId,
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
      isConfigured,
      lastRefusal: null,
    };
    this.#targets.push(target);
    this.redial(target);
  }

  /** Calls it no more; at an address that the operator named, not until a node of that name calls from there. */
  remove(nodeId: string): void {
    for (let at = this.#targets.length - 1; at >= 0; at -= 1) {
      const target = this.#targets[at];
      if (target?.nodeId !== nodeId) continue;
      target.timer?.cancel();
      target.timer = null;
      target.isSpare = target.isConfigured;
      target.removed = !target.isConfigured;
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
