import { io, type Socket } from 'socket.io-client';

export interface OpenSockets {
  /** Rejects with the refusal, whose `data` is what the server answered. */
  connect(url: string, token: string): Promise<Socket>;
  closeAll(): void;
}

export function openSockets(): OpenSockets {
  const all: Socket[] = [];
  return {
    connect: (url, token) =>
      new Promise((resolve, reject) => {
        const socket = io(url, {
          auth: { token },
          transports: ['websocket'],
          reconnection: false,
          forceNew: true,
        });
        all.push(socket);
        socket.once('connect', () => resolve(socket));
        socket.once('connect_error', reject);
      }),
    closeAll: () => {
      for (const socket of all.splice(0)) socket.disconnect();
    },
  };
}

export interface WireClient {
  readonly received: readonly string[];
  readonly closed: Promise<void>;
  send(message: string | Uint8Array<ArrayBuffer>): void;
  join(): void;
  close(): void;
}

/** The bare websocket of Engine.IO, joined to the default namespace: whatever is sent goes out as it is. */
export function wireClient(url: string, token: string, joins = 1): Promise<WireClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const received: string[] = [];
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => resolve());
  });
  const join = (): void => socket.send(`40${JSON.stringify({ token })}`);
  return new Promise((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('the websocket failed')));
    socket.addEventListener('message', ({ data }) => {
      const text = String(data);
      received.push(text);
      if (text.startsWith('0')) for (let n = 0; n < joins; n += 1) join();
      if (text.startsWith('40') && received.filter((one) => one.startsWith('40')).length === 1)
        resolve({
          received,
          closed,
          join,
          send: (message) => socket.send(typeof message === 'string' ? `4${message}` : message),
          close: () => socket.close(),
        });
    });
  });
}
