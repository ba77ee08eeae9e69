/** Holds a stream up while it is decided whether it goes on. */
export class Gate {
  #holders = 0;
  #waiting: (() => void)[] = [];

  get isOpen(): boolean {
    return this.#holders === 0;
  }

  /** Closes it until the answer is called, once for every holder. */
  hold(): () => void {
    this.#holders += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders -= 1;
      if (this.#holders > 0) return;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const go of waiting) go();
    };
  }

  /** Resolves when it is free. */
  async passed(): Promise<void> {
    while (this.#holders > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
