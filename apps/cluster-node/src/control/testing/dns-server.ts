import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { decode, encode } from 'dns-packet';

/** A DNS server on the loopback address that knows one name. */
export class DnsServer {
  readonly #socket: Socket;
  readonly #name: string;
  addresses: readonly string[];
  /** Answers nothing at all. */
  isSilent = false;
  queries = 0;

  private constructor(socket: Socket, name: string, addresses: readonly string[]) {
    this.#socket = socket;
    this.#name = name;
    this.addresses = addresses;
    socket.on('message', (bytes, { port, address }) => {
      this.queries += 1;
      if (!this.isSilent) socket.send(this.#answer(bytes), port, address);
    });
  }

  static async open(name: string, addresses: readonly string[]): Promise<DnsServer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new DnsServer(socket, name, addresses);
  }

  /** As CLUSTER_DISCOVERY_DNS_SERVER has it. */
  get server(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  #answer(query: Buffer): Buffer {
    const { id, questions = [] } = decode(query);
    const [question] = questions;
    const isKnown = question?.name.toLowerCase() === this.#name;
    const type = question?.type === 'AAAA' ? 'AAAA' : 'A';
    return encode({
      type: 'response',
      id,
      // Code 3: there is no such name.
      flags: isKnown ? 0 : 3,
      questions,
      answers: !isKnown
        ? []
        : this.addresses
            .filter((address) => isIPv6(address) === (type === 'AAAA'))
            .map((data) => ({ type, name: this.#name, ttl: 0, data })),
    });
  }

  close(): void {
    this.#socket.close();
  }
}
