import type { Command } from './command.ts';
import { Playground, type Setup } from './playground.ts';

/** A playground whose last commands can be taken back: the rest is played again from the start. */
export class History {
  readonly #setup: Setup;
  readonly #prelude: readonly Command[];
  #done: Command[] = [];
  playground: Playground;

  /** `prelude` leads to where the scene begins; it can't be taken back. */
  constructor(setup: Setup, prelude: readonly Command[]) {
    this.#setup = setup;
    this.#prelude = prelude;
    this.playground = this.#replay();
  }

  do(command: Command): void {
    this.playground.do(command);
    const last = this.#done.at(-1);
    // Frames of a film are one command.
    if (command.type === 'run' && last?.type === 'run') {
      this.#done[this.#done.length - 1] = { type: 'run', ms: last.ms + command.ms };
    } else this.#done.push(command);
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  /** Back to just before the last command, with the time that has passed since; without one, to the start. */
  undo(): void {
    if (this.#done.at(-1)?.type === 'run') this.#done.pop();
    this.#done.pop();
    this.playground = this.#replay();
  }

  #replay(): Playground {
    const playground = new Playground(this.#setup);
    for (const command of [...this.#prelude, ...this.#done]) playground.do(command);
    return playground;
  }
}
