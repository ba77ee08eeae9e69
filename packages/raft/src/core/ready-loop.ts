import { violated } from './invariant.ts';
import type { RawNode } from './raw-node.ts';
import type { Entry, Message, ReadState, Ready } from './types.ts';

/** What a host does with the parts of a replica's Readys. */
export interface ReadyDriver {
  /** A Ready was taken, and nothing has been done about it yet. */
  taken(ready: Ready): void;
  /** The message may leave now. */
  send(message: Message): void;
  readAnswered(state: ReadState): void;
  /**
   * Begins the write of a Ready, also of one that has nothing to write. `written` says that it has returned: in the
   * order in which the writes began, from within this call where nothing has to be waited for.
   */
  persist(ready: Ready): void;
  /** Hands committed entries to the state machine, which `advanceApply` reports. */
  apply(entries: readonly Entry[]): void;
  /** The write has returned: the log storage shows it, and a snapshot in it is in the state machine. */
  store(ready: Ready): void;
}

/**
 * The order in which a host acts on the Readys of one replica; production, simulators, tests and playground share it
 * and differ in when a write returns. What promises nothing leaves before the write begins; what promises durability
 * leaves when the write has returned, before the core hears of it.
 */
export class ReadyLoop {
  readonly #node: RawNode;
  readonly #driver: ReadyDriver;
  readonly #inFlight: Ready[] = [];

  constructor(node: RawNode, driver: ReadyDriver) {
    this.#node = node;
    this.#driver = driver;
  }

  /** Readys whose write has not returned, oldest first. */
  get inFlight(): readonly Ready[] {
    return this.#inFlight;
  }

  /** Acts on the next Ready; null: there is none. */
  take(): Ready | null {
    if (!this.#node.hasReady()) return null;
    const driver = this.#driver;
    const ready = this.#node.ready();
    driver.taken(ready);
    for (const message of ready.messages) driver.send(message);
    for (const state of ready.readStates) driver.readAnswered(state);
    this.#inFlight.push(ready);
    driver.persist(ready);
    if (ready.committedEntries.length > 0) driver.apply(ready.committedEntries);
    return ready;
  }

  /** As `take`, but without a Ready where there is nothing to do but to send. False: there was nothing to do. */
  act(): boolean {
    return this.#node.hasReady() && (this.sendMessages() || this.take() !== null);
  }

  /** Sends what the next Ready would have, when that is all that it would have. False: there is more, or nothing. */
  sendMessages(): boolean {
    const messages = this.#node.takeMessages();
    if (messages === null) return false;
    for (const message of messages) this.#driver.send(message);
    return true;
  }

  /** Takes Readys until there is none. */
  drain(): void {
    while (this.take() !== null);
  }

  /** The oldest write has returned. */
  written(): Ready {
    const ready = this.#inFlight.shift();
    if (ready === undefined) return violated('a write returned that was never begun');
    this.#driver.store(ready);
    for (const message of ready.messagesAfterPersist) this.#driver.send(message);
    this.#node.advanceAppend(ready);
    return ready;
  }
}
