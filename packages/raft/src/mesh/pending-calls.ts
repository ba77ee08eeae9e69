/** Incoming calls that have not proven themselves, all addresses. */
export const PENDING_CALLS_MAX = 64;
/** The same from one address. */
export const PENDING_CALLS_PER_ADDRESS_MAX = 16;

/**
 * Incoming calls whose handshake is not done. When there are too many, the oldest of the address that has the most gives
 * way: callers that say nothing, or a byte at a time, hold up neither their own address nor any other.
 */
export class PendingCalls<C> {
  /** By address, the oldest first. */
  readonly #byAddress = new Map<string, Set<C>>();
  readonly #addresses = new Map<C, string>();

  get all(): readonly C[] {
    return [...this.#addresses.keys()];
  }

  /** The call that has to go for this one; null: there is room. */
  add(call: C, address: string): C | null {
    const calls = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, calls.add(call));
    this.#addresses.set(call, address);
    if (calls.size > PENDING_CALLS_PER_ADDRESS_MAX) return this.#displace(calls);
    if (this.#addresses.size <= PENDING_CALLS_MAX) return null;
    let most = calls;
    for (const others of this.#byAddress.values()) if (others.size > most.size) most = others;
    return this.#displace(most);
  }

  #displace(calls: ReadonlySet<C>): C | null {
    const [oldest] = calls;
    if (oldest === undefined) return null;
    this.delete(oldest);
    return oldest;
  }

  delete(call: C): void {
    const address = this.#addresses.get(call);
    if (address === undefined) return;
    this.#addresses.delete(call);
    const calls = this.#byAddress.get(address);
    calls?.delete(call);
    if (calls?.size === 0) this.#byAddress.delete(address);
  }
}
