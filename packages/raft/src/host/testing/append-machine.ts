import type { Applied, StateMachine } from '../host-api.ts';

/** A list of texts: the simplest machine that shows loss, duplication and order. Replies with the length. */
export class AppendMachine implements StateMachine<number> {
  items: string[] = [];
  readonly applied: number[] = [];

  apply(index: number, data: Uint8Array): Applied<number> {
    this.applied.push(index);
    this.items.push(new TextDecoder().decode(data));
    return { status: 'applied', reply: this.items.length };
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(JSON.stringify(this.items));
  }

  restore(data: Uint8Array): void {
    const items: unknown = JSON.parse(new TextDecoder().decode(data));
    if (!Array.isArray(items)) throw new TypeError('a snapshot is a list');
    this.items = items.map(String);
  }
}
