import { shortArray } from '@fleetlm/protocol';
import jsonPatch from 'fast-json-patch';
import * as z from 'zod';
import { AG_UI_STATE_BYTES_MAX, AG_UI_STATE_OPERATIONS_MAX } from '../../../../limits.ts';

const pointer = z.string();
const operationSchema = z.discriminatedUnion('op', [
  z.looseObject({
    op: z.enum(['add', 'replace', 'test']),
    path: pointer,
    value: z.unknown().optional(),
  }),
  z.looseObject({ op: z.literal('remove'), path: pointer }),
  z.looseObject({ op: z.enum(['move', 'copy']), path: pointer, from: pointer }),
]);
type Operation = z.output<typeof operationSchema>;

export const stateDeltaSchema = shortArray(AG_UI_STATE_OPERATIONS_MAX, operationSchema);

/** What is wrong with a snapshot or a delta. */
export class StateError extends Error {}

/**
 * The state that an agent keeps with its user, through the snapshots and deltas (JSON Patch) of one answer. Each operation costs as much
 * as the state is large at most, and an answer has so many: so its whole cost is bounded.
 */
export class AgentState {
  readonly #before: () => unknown;
  /** Undefined: no event was about it. */
  #state: unknown;
  #operations = 0;

  /** `before`: the state that the agent was sent. It is asked for at most once. */
  constructor(before: () => unknown) {
    this.#before = before;
  }

  /** Undefined: it is as it was. */
  get changed(): unknown {
    return this.#state;
  }

  set(snapshot: unknown): void {
    this.#state = fitting(snapshot);
  }

  patch(operations: readonly Operation[]): void {
    this.#operations += operations.length;
    if (this.#operations > AG_UI_STATE_OPERATIONS_MAX)
      throw new StateError(
        `the answer changes its state more than ${AG_UI_STATE_OPERATIONS_MAX} times`,
      );
    let state: unknown = this.#state === undefined ? this.#before() : this.#state;
    for (const operation of operations) state = fitting(applied(state, operation));
    this.#state = state;
  }
}

function applied(state: unknown, operation: Operation): unknown {
  try {
    return jsonPatch.applyOperation(state, operation as never, true, true, true).newDocument;
  } catch {
    // The library's own text quotes the whole state.
    throw new StateError(
      `"${operation.op}" does not fit the state at ${operation.path.slice(0, 80)}`,
    );
  }
}

function fitting(state: unknown): unknown {
  const known = state ?? null;
  if (Buffer.byteLength(JSON.stringify(known)) > AG_UI_STATE_BYTES_MAX)
    throw new StateError(`the state is larger than ${AG_UI_STATE_BYTES_MAX} bytes`);
  return known;
}
