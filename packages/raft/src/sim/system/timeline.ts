import { EventHeap } from '../../clock/event-heap.ts';
import { mix } from '../harness/hash.ts';

/** Virtual time in milliseconds since the start of the run, and everything that is going to happen. */
export class Timeline {
  readonly #heap = new EventHeap<() => void>();
  now = 0;
  events = 0;
  /** Stands for the whole run so far: equal runs have equal hashes. */
  hash = 0;

  after(delayMs: number, run: () => void): void {
    this.#heap.push(this.now + delayMs, run);
  }

  /** Runs the next event; false: nothing is going to happen any more. */
  step(): boolean {
    const next = this.#heap.pop();
    if (next === null) return false;
    this.now = next.time;
    this.events += 1;
    this.note(Math.floor(next.time * 1_000));
    next.event();
    return true;
  }

  /** Takes something that happened into the hash. */
  note(value: number): void {
    this.hash = mix(this.hash, value);
  }
}
