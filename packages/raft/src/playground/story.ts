import type { ReplicaId } from '../core/index.ts';
import { STORY_LINES_MAX } from './timing.ts';
import type { StoryLine } from './view.ts';

/** What has happened, in sentences; the newest last. */
export class Story {
  #lines: StoryLine[] = [];
  #nextId = 1;

  add(atMs: number, node: ReplicaId, weight: StoryLine['weight'], text: string): void {
    this.#lines.push({ id: this.#nextId, atMs, node, weight, text });
    this.#nextId += 1;
    if (this.#lines.length > STORY_LINES_MAX) this.#lines = this.#lines.slice(-STORY_LINES_MAX);
  }

  /** Lines so far, also those that are not kept any more. */
  get count(): number {
    return this.#nextId - 1;
  }

  get lines(): readonly StoryLine[] {
    return [...this.#lines];
  }
}
