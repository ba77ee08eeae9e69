import {
  apply,
  createGroupState,
  type Effect,
  exportState,
  type GroupState,
  importState,
} from '@fleetlm/conversation';
import type { StateMachine } from '@fleetlm/raft/host';
import { Packr } from 'msgpackr';
import { inComponent } from '../telemetry/component-turns.ts';
import { decodeCommand } from './command-codec.ts';
import type { GroupReply } from './group-reply.ts';

const packr = new Packr({ useRecords: false });

/** A group of conversations as the state machine of a Raft group. */
export class ConversationMachine implements StateMachine<GroupReply> {
  readonly #perform: (effect: Effect) => void;
  #state: GroupState = createGroupState();

  /** `perform` is called for every effect, within `apply`: it must not throw and must not take long. */
  constructor(perform: (effect: Effect) => void) {
    this.#perform = perform;
  }

  /** The applied state, to be read only; another object after a restore. */
  get state(): GroupState {
    return this.#state;
  }

  apply(_index: number, data: Uint8Array): GroupReply {
    return inComponent('apply', () => {
      const { reply, effects } = apply(this.#state, decodeCommand(data));
      for (const effect of effects) this.#perform(effect);
      return { machine: 'conversation', reply };
    });
  }

  snapshot(): Uint8Array {
    return inComponent('snapshot', () => packr.pack(exportState(this.#state)));
  }

  restore(data: Uint8Array): void {
    this.#state = inComponent('snapshot', () => importState(packr.unpack(data)));
  }
}
