import { isObject, stringField } from '../ui-stream/fields.ts';
import type { LogMessage } from './thread.ts';

/** The names of a message: its own id, the id that it goes on under, and the one that its client gave it. */
export function namesOf({ id, content, metadata }: LogMessage): readonly string[] {
  const own = isObject(content) ? stringField(content, 'id') : null;
  const others = [
    stringField(metadata, 'continues'),
    own,
    stringField(metadata, 'client_message_id'),
  ];
  return [id, ...others.filter((name) => name !== null)];
}

/**
 * A list of messages in which the last one with a name is found without going through them: a user who writes in a
 * conversation says how often that is asked. It grows at its end, is cut, and messages are put in the place of others.
 */
export class NamedMessages<M extends LogMessage> {
  readonly #messages: M[] = [];
  /** Ascending, where a message with this name is or was. */
  readonly #places = new Map<string, number[]>();

  get messages(): readonly M[] {
    return this.#messages;
  }

  at(index: number): M | undefined {
    return this.#messages[index];
  }

  push(message: M): void {
    this.#messages.push(message);
    this.#index(message, this.#messages.length - 1);
  }

  put(index: number, message: M): void {
    this.#messages[index] = message;
    this.#index(message, index);
  }

  /** Takes out everything from there on. */
  cut(from: number): readonly M[] {
    return this.#messages.splice(from);
  }

  /** The place of the last message with this name; null: there is none. */
  find(name: string): number | null {
    const places = this.#places.get(name) ?? [];
    for (let last = places.at(-1); last !== undefined; last = places.at(-1)) {
      const message = this.#messages[last];
      if (message !== undefined && namesOf(message).includes(name)) return last;
      // Cut, or replaced: whatever comes there under this name is indexed anew.
      places.pop();
    }
    return null;
  }

  #index(message: M, index: number): void {
    for (const name of namesOf(message)) {
      const places = this.#places.get(name);
      if (places === undefined) this.#places.set(name, [index]);
      else insert(places, index);
    }
  }
}

function insert(places: number[], index: number): void {
  let at = places.length;
  while (at > 0 && (places[at - 1] ?? 0) > index) at -= 1;
  if (places[at - 1] !== index) places.splice(at, 0, index);
}

/** Places that later cuts move to where they cut: the lowest cut since then counts. */
export class MovedPlaces {
  /** Cuts that no later one is below, so both ascend. */
  readonly #cuts: { readonly number: number; readonly from: number }[] = [];
  #number = 0;

  /** The number of cuts so far. */
  get now(): number {
    return this.#number;
  }

  cutAt(from: number): void {
    this.#number += 1;
    while ((this.#cuts.at(-1)?.from ?? -1) >= from) this.#cuts.pop();
    this.#cuts.push({ number: this.#number, from });
  }

  /** Where a place is now that was recorded after so many cuts. */
  moved(index: number, since: number): number {
    let low = 0;
    let high = this.#cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#cuts[middle]?.number ?? 0) > since) high = middle;
      else low = middle + 1;
    }
    return Math.min(index, this.#cuts[low]?.from ?? index);
  }
}
