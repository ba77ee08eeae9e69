/**
 * A call from a part that is built first to one that is built later. Wires are where data goes back up: each is connected
 * once, at the end of the composition and before anything runs. A call before that is an error in the order of building.
 */
export class Wire<A, B = void> {
  #target: (a: A, b: B) => void;
  #isConnected = false;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    this.#target = () => {
      throw new Error(`${name} was called before it was connected`);
    };
  }

  readonly call = (a: A, b: B): void => this.#target(a, b);

  connect(target: (a: A, b: B) => void): void {
    if (this.#isConnected) throw new Error(`${this.#name} is connected already`);
    this.#isConnected = true;
    this.#target = target;
  }
}
