import {
  apply,
  createGroupState,
  type Effect,
  exportState,
  type GroupState,
  importState,
} from '@fleetlm/conversation';
import type { Applied, StateMachine } from '@fleetlm/raft/host';
import { Packr } from 'msgpackr';
import { inComponent } from '../telemetry/component-turns.ts';
import { decodeCommand } from './command-codec.ts';
import type { GroupReply } from './group-reply.ts';
import { packApart } from './pack-apart.ts';

const packr = new Packr({ useRecords: false });

/** A group of conversations as the state machine of a Raft group. */
export class ConversationMachine implements StateMachine<GroupReply> {
  readonly #perform: (effect: Effect) => void;
  readonly #onError: (error: unknown) => void;
  #state: GroupState = createGroupState();

  /** `perform` is called for every effect, within `apply`: it must not take long. */
  constructor(perform: (effect: Effect) => void, onError: (error: unknown) => void) {
    this.#perform = perform;
    this.#onError = onError;
  }

  /** The applied state, to be read only; another object after a restore. */
  get state(): GroupState {
    return this.#state;
  }

  apply(_index: number, data: Uint8Array): Applied<GroupReply> {
    return inComponent('apply', () => {
      const parsed = decodeCommand(data);
      if (!parsed.ok) return { status: parsed.reason, detail: parsed.error };
      const { reply, effects } = apply(this.#state, parsed.command);
      for (const effect of effects) this.#performOne(effect);
      return { status: 'applied', reply: { machine: 'conversation', reply } };
    });
  }

  /** The state is changed by now, on every replica: what this node makes of it must not undo that. */
  #performOne(effect: Effect): void {
    try {
      this.#perform(effect);
    } catch (error) {
      this.#onError(error);
    }
  }

  snapshot(): Uint8Array {
    return inComponent('snapshot', () => packApart(packr, exportState(this.#state)));
  }

  restore(data: Uint8Array): void {
    this.#state = inComponent('snapshot', () => importState(packr.unpack(data)));
  }
}
