import type { ReplicaId } from '../core/index.ts';
import type { Payload, WriteAnswer } from './payload.ts';
import { CLIENT_RETRY_MS, CLIENT_TIMEOUT_MS, NODE_IDS, WRITES_MAX } from './timing.ts';
import type { WriteState, WriteView } from './view.ts';
import { nameOf } from './words.ts';

export interface ClientEvent {
  readonly type: 'give-up' | 'ask';
  readonly write: number;
}

export interface ClientPort {
  later(delayMs: number, event: ClientEvent): void;
  send(to: ReplicaId, payload: Payload): void;
  add(weight: 'turn' | 'detail', text: string): void;
}

interface Write {
  readonly id: number;
  readonly text: string;
  /** The node that was chosen; null: the leader. */
  readonly chosen: ReplicaId | null;
  state: WriteState;
  note: string;
  /** The node that is asked, or is asked next. */
  to: ReplicaId;
  /** A request has left and no answer has come. */
  isOut: boolean;
}

/** Writes x=1, x=2 and so on, each once; it never sends a write again that may have been done. */
export class Client {
  readonly #port: ClientPort;
  readonly #writes: Write[] = [];
  /** Whom it believes to lead. */
  #leader: ReplicaId = 1;

  constructor(port: ClientPort) {
    this.#port = port;
  }

  get views(): readonly WriteView[] {
    return this.#writes.map(({ id, text, state, note }) => ({ id, text, state, note }));
  }

  write(chosen: ReplicaId | null): void {
    const id = this.#writes.length + 1;
    if (id > WRITES_MAX) {
      this.#port.add('turn', `The client has made its ${WRITES_MAX} writes: load the scene anew.`);
      return;
    }
    const to = chosen ?? this.#leader;
    const write: Write = {
      id,
      text: `x=${id}`,
      chosen,
      state: 'asking',
      note: '',
      to,
      isOut: false,
    };
    this.#writes.push(write);
    this.#port.later(CLIENT_TIMEOUT_MS, { type: 'give-up', write: id });
    this.#ask(write);
  }

  handle({ type, write: id }: ClientEvent): void {
    const write = this.#find(id);
    if (write.state !== 'asking' && write.state !== 'waiting') return;
    switch (type) {
      case 'ask':
        this.#ask(write);
        return;
      case 'give-up':
        if (write.isOut) this.#end(write, 'unknown', 'no answer: it may be written, or not');
        else this.#end(write, 'refused', 'no leader was found');
        return;
    }
  }

  /** The node has put it into its log: the client does not see that, but the picture does. */
  appended(id: number): void {
    const write = this.#find(id);
    if (write.state !== 'asking') return;
    write.state = 'waiting';
    write.note = `in the log of ${nameOf(write.to)}`;
  }

  /** No node listens there: the request was certainly not taken. */
  notThere(id: number): void {
    const write = this.#find(id);
    if (write.state !== 'asking') return;
    write.isOut = false;
    if (write.chosen !== null) this.#end(write, 'refused', `${nameOf(write.to)} is not there`);
    else this.#askLater(write, (write.to % NODE_IDS.length) + 1);
  }

  answered(id: number, from: ReplicaId, answer: WriteAnswer): void {
    const write = this.#find(id);
    write.isOut = false;
    switch (answer.status) {
      case 'acknowledged': {
        const isLate = write.state === 'unknown';
        this.#leader = from;
        this.#end(
          write,
          'acknowledged',
          `entry ${answer.index} of term ${answer.term}${isLate ? ', answered late' : ''}`,
        );
        return;
      }
      case 'not-leader':
        if (write.chosen !== null) {
          const known = answer.leader === 0 ? 'knows none' : `says ${nameOf(answer.leader)} is`;
          this.#end(write, 'refused', `${nameOf(from)} is not the leader and ${known}`);
        } else if (answer.leader === 0) this.#askLater(write, (from % NODE_IDS.length) + 1);
        else {
          write.to = answer.leader;
          this.#ask(write);
        }
        return;
      case 'overwritten':
        this.#end(write, 'refused', `another leader's entry ${answer.index} was committed instead`);
        return;
      case 'refused':
        this.#end(write, 'refused', answer.reason);
        return;
      default:
        answer satisfies never;
    }
  }

  #find(id: number): Write {
    const write = this.#writes[id - 1];
    if (write === undefined) throw new Error(`there is no write ${id}`);
    return write;
  }

  #ask(write: Write): void {
    write.isOut = true;
    this.#port.add('detail', `The client asks ${nameOf(write.to)} to write ${write.text}.`);
    this.#port.send(write.to, { kind: 'write', write: write.id, text: write.text });
  }

  #askLater(write: Write, to: ReplicaId): void {
    write.to = to;
    this.#port.later(CLIENT_RETRY_MS, { type: 'ask', write: write.id });
  }

  #end(write: Write, state: WriteState, note: string): void {
    write.state = state;
    write.note = note;
    const words = { acknowledged: 'is acknowledged', refused: 'is refused', unknown: 'is unknown' };
    if (state === 'asking' || state === 'waiting') return;
    this.#port.add('turn', `The client's ${write.text} ${words[state]}: ${note}.`);
  }
}
