import type { StateMachine } from '@fleetlm/raft/host';
import type { MemberNode } from '../membership/cluster-descriptor.ts';
import {
  decodeSystemCommand,
  decodeSystemState,
  encodeSystemState,
} from '../membership/system-codec.ts';
import {
  applySystemCommand,
  emptySystemState,
  type SystemState,
} from '../membership/system-state.ts';
import type { GroupReply } from './group-reply.ts';

/** The cluster's own facts as the state machine of the system group. */
export class SystemMachine implements StateMachine<GroupReply> {
  readonly #changed: () => void;
  readonly #founders: readonly MemberNode[];
  #state: SystemState;

  constructor(founders: readonly MemberNode[], changed: () => void) {
    this.#founders = founders;
    this.#state = emptySystemState(founders);
    this.#changed = changed;
  }

  get state(): SystemState {
    return this.#state;
  }

  apply(_index: number, data: Uint8Array): GroupReply {
    const reply = applySystemCommand(this.#state, decodeSystemCommand(data));
    this.#changed();
    return { machine: 'system', reply };
  }

  snapshot(): Uint8Array {
    return encodeSystemState(this.#state);
  }

  restore(data: Uint8Array): void {
    this.#state = decodeSystemState(data, this.#founders);
    this.#changed();
  }
}
