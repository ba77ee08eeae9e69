import type { PeerRefusal } from './mesh-api.ts';

/** Connections as the mesh sees them: the port that the simulator replaces. Calls never call back within the call. */
export interface NetPort {
  /** `events.closed` comes exactly once, also when the connection never opened. */
  dial(host: string, port: number, events: WireEvents): Wire;
  listen(
    host: string,
    port: number,
    accept: (wire: Wire, remote: string) => WireEvents,
    done: (result: ListenResult) => void,
  ): void;
}

/** Whether an address could be listened on; `port` is the real one. */
export type ListenResult =
  | { readonly ok: true; readonly port: number; readonly close: (done: () => void) => void }
  | { readonly ok: false; readonly detail: string };

/** One connection, as the mesh writes to it. */
export interface Wire {
  /** All pieces in one write. */
  write(pieces: readonly Uint8Array[]): void;
  /** Bytes handed over and not yet taken by the system. */
  readonly bufferedBytes: number;
  /** Sends what is buffered, then closes. */
  end(): void;
  destroy(): void;
}

/** What happens to one connection. `closed` comes once and last. */
export interface WireEvents {
  /** Bytes can be sent: whatever the port proves of the two ends is proven. */
  opened(): void;
  received(bytes: Uint8Array): void;
  /** `refusal`: one end did not accept what the other one proves, before the connection opened. */
  closed(reason: string, refusal?: WireRefusal): void;
}

export interface WireRefusal {
  readonly refusal: PeerRefusal;
  /** True: the other side refused us. */
  readonly remote: boolean;
}
