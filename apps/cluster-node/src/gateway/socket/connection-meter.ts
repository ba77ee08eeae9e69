import { TokenBucket } from '../access/token-bucket.ts';
import { CONNECTION_PACKET_RATE } from '../limits.ts';

/** A packet of the transport, as it arrived. */
export interface TransportPacket {
  readonly type: string;
  readonly data?: unknown;
}

/** Socket.IO packets that announce binary attachments begin with these digits; no event of the contract has any. */
const BINARY_EVENT = '5';
const BINARY_ACK = '6';

export type PacketVerdict = 'ok' | 'binary' | 'flood';

/** What one connection has sent, whichever namespace it was for. */
export class ConnectionMeter {
  readonly #rate: TokenBucket;
  #bytes = 0;
  /** Sockets of namespaces on this connection. */
  namespaces = 0;

  constructor(nowMs: number) {
    this.#rate = new TokenBucket(CONNECTION_PACKET_RATE, nowMs);
  }

  /** Anything but `ok` ends the connection. */
  take({ type, data }: TransportPacket, nowMs: number): PacketVerdict {
    if (!this.#rate.take(nowMs)) return 'flood';
    if (type !== 'message') return 'ok';
    // Attachments would be kept until the last one has come.
    if (typeof data !== 'string') return 'binary';
    if (data.startsWith(BINARY_EVENT) || data.startsWith(BINARY_ACK)) return 'binary';
    this.#bytes += data.length;
    return 'ok';
  }

  /** What has come since the last time. */
  takeBytes(): number {
    const bytes = this.#bytes;
    this.#bytes = 0;
    return bytes;
  }
}
