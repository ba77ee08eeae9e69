import type { Entry, Message } from '../../core/index.ts';
import { encodeMessages, messageBytesBound } from '../../mesh/raft-codec.ts';
import type { NodeNumber } from '../host-api.ts';
import type { HostLimits, HostOptions } from '../host-options.ts';

type Append = Extract<Message, { type: 'append' }>;

/** An append of our own that more may be added to. */
interface OpenAppend extends Append {
  commit: number;
  readonly entries: Entry[];
}

/** What is to be sent to one peer at the end of the turn. */
interface Letters {
  groups: number[];
  messages: Message[];
  bytes: number;
  /** The last message, when it is an append that was opened here, and its size. */
  open: OpenAppend | null;
  openBytes: number;
}

/** Called with every message that is not going to arrive. */
export type LostMessage = (group: number, peer: NodeNumber, message: Message) => void;

/**
 * Messages of all groups, gathered over a turn of the event loop and sent as one frame a peer (more only
 * above `frameBytesMax`). Appends of a group that continue each other become one, and of several heartbeats
 * of a group only the newest is sent: proposals of one turn travel, and are answered, together.
 */
export class Outbox {
  readonly #options: HostOptions;
  readonly #limits: HostLimits;
  readonly #letters = new Map<NodeNumber, Letters>();
  readonly #lost: LostMessage;
  messagesSent = 0;
  framesSent = 0;

  constructor(options: HostOptions, limits: HostLimits, lost: LostMessage) {
    this.#options = options;
    this.#limits = limits;
    this.#lost = lost;
  }

  connect(peer: NodeNumber): void {
    if (!this.#letters.has(peer))
      this.#letters.set(peer, { groups: [], messages: [], bytes: 0, open: null, openBytes: 0 });
  }

  disconnect(peer: NodeNumber): void {
    this.#letters.delete(peer);
  }

  add(group: number, message: Message): void {
    const letters = this.#letters.get(message.to);
    if (letters === undefined) {
      this.#lost(group, message.to, message);
      return;
    }
    if (this.#joins(letters, group, message)) return;
    letters.groups.push(group);
    letters.messages.push(message);
    letters.bytes += messageBytesBound(message);
    letters.open = null;
    if (letters.bytes >= this.#limits.frameBytesMax) this.#send(message.to, letters);
  }

  /** Takes the message into the one before it, where that says the same as both. */
  #joins(letters: Letters, group: number, message: Message): boolean {
    const at = letters.messages.length - 1;
    const last = letters.messages[at];
    if (last === undefined || letters.groups[at] !== group || last.term !== message.term)
      return false;
    if (last.type === 'heartbeat' && message.type === 'heartbeat') {
      letters.messages[at] = message;
      return true;
    }
    if (last.type !== 'append' || message.type !== 'append') return false;
    if (message.index !== last.index + last.entries.length) return false;
    const bytes = messageBytesBound(message);
    if (letters.open === null) {
      letters.open = { ...last, entries: [...last.entries] };
      letters.openBytes = messageBytesBound(last);
      letters.messages[at] = letters.open;
    }
    if (letters.openBytes + bytes > this.#limits.appendBytesMax) return false;
    for (const entry of message.entries) letters.open.entries.push(entry);
    letters.open.commit = Math.max(letters.open.commit, message.commit);
    letters.openBytes += bytes;
    letters.bytes += bytes;
    return true;
  }

  /** Sends everything. */
  flush(): void {
    for (const [peer, letters] of this.#letters)
      if (letters.messages.length > 0) this.#send(peer, letters);
  }

  #send(peer: NodeNumber, letters: Letters): void {
    const { groups, messages, bytes } = letters;
    letters.groups = [];
    letters.messages = [];
    letters.bytes = 0;
    letters.open = null;
    const { nodeNumber, transport, crc32c } = this.#options;
    const frame = encodeMessages({ from: nodeNumber, to: peer, groups, messages }, bytes, crc32c);
    this.framesSent += 1;
    this.messagesSent += messages.length;
    if (transport.send(peer, frame, 'raft')) return;
    for (let at = 0; at < messages.length; at += 1) {
      const message = messages[at];
      if (message !== undefined) this.#lost(groups[at] ?? 0, peer, message);
    }
  }
}
