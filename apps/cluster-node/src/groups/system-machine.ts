import type { Applied, StateMachine } from '@fleetlm/raft/host';
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

/** The registry as the state machine of the system group. */
export class SystemMachine implements StateMachine<GroupReply> {
  readonly #changed: () => void;
  readonly #onError: (error: unknown) => void;
  #state: SystemState;

  constructor(
    founders: readonly MemberNode[],
    changed: () => void,
    onError: (error: unknown) => void,
  ) {
    this.#state = emptySystemState(founders);
    this.#changed = changed;
    this.#onError = onError;
  }

  get state(): SystemState {
    return this.#state;
  }

  apply(_index: number, data: Uint8Array): Applied<GroupReply> {
    const parsed = decodeSystemCommand(data);
    if (!parsed.ok) return { status: parsed.reason, detail: parsed.error };
    const reply = applySystemCommand(this.#state, parsed.command);
    this.#publishChange();
    return { status: 'applied', reply: { machine: 'system', reply } };
  }

  snapshot(): Uint8Array {
    return encodeSystemState(this.#state);
  }

  restore(data: Uint8Array): void {
    this.#state = decodeSystemState(data);
    this.#publishChange();
  }

  /** The state is changed by now: what this node makes of it must not undo that. */
  #publishChange(): void {
    try {
      this.#changed();
    } catch (error) {
      this.#onError(error);
    }
  }
}
