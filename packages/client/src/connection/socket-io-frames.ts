/**
 * The text frames of Socket.IO (protocol 5 over Engine.IO 4, https://socket.io/docs/v4/socket-io-protocol) that
 * one client on one namespace meets. Pure. Binary packets do not occur: everything that we send is JSON.
 */
export type Frame =
  /** The first frame of a connection; how often the other end will be heard from. */
  | { readonly type: 'opened'; readonly silenceMaxMs: number }
  | { readonly type: 'ping' }
  | { readonly type: 'joined' }
  | { readonly type: 'refused'; readonly error: unknown }
  | { readonly type: 'left' }
  | { readonly type: 'event'; readonly name: string; readonly payload: unknown }
  | { readonly type: 'ack'; readonly id: number; readonly payload: unknown }
  /** Nothing to do for us: another namespace, or a packet that needs no answer. */
  | { readonly type: 'ignored' }
  /** Not of this protocol: the connection can't be trusted any more. */
  | { readonly type: 'malformed' };

export const PONG = '3';

/** Asks to join a namespace. */
export function joinFrame(namespace: string, auth: object): string {
  return `40${prefixOf(namespace)}${JSON.stringify(auth)}`;
}

export function leaveFrame(namespace: string): string {
  return `41${prefixOf(namespace)}`;
}

/** An event that is to be acknowledged under `id`. */
export function eventFrame(namespace: string, id: number, name: string, payload: object): string {
  return `42${prefixOf(namespace)}${id}${JSON.stringify([name, payload])}`;
}

function prefixOf(namespace: string): string {
  return namespace === '/' ? '' : `${namespace},`;
}

/** Reads a frame that came on a connection to `namespace`. */
export function readFrame(text: string, namespace: string): Frame {
  switch (text[0]) {
    case '0':
      return readOpened(text.slice(1));
    case '1':
      return LEFT;
    case '2':
      return PING;
    case '4':
      return readPacket(text.slice(1), namespace);
    case '3':
    case '6':
      return IGNORED;
    default:
      return MALFORMED;
  }
}

const PING: Frame = { type: 'ping' };
const LEFT: Frame = { type: 'left' };
const IGNORED: Frame = { type: 'ignored' };
const MALFORMED: Frame = { type: 'malformed' };

function readOpened(text: string): Frame {
  const handshake = readJson(text);
  const { pingInterval, pingTimeout } = Object(handshake.value);
  return typeof pingInterval === 'number' && typeof pingTimeout === 'number'
    ? { type: 'opened', silenceMaxMs: pingInterval + pingTimeout }
    : MALFORMED;
}

/** `<type>[<namespace>,][<ack id>][<json>]` */
const PACKET = /^([0-6])(?:(\/[^,]*),)?(\d*)([\s\S]*)$/;

function readPacket(text: string, namespace: string): Frame {
  const [, type, of = '/', id = '', json = ''] = PACKET.exec(text) ?? [];
  if (of !== namespace) return IGNORED;
  const read = json === '' ? { ok: true, value: undefined } : readJson(json);
  if (!read.ok) return MALFORMED;
  switch (type) {
    case '0':
      return { type: 'joined' };
    case '1':
      return LEFT;
    case '2':
      return readEvent(read.value);
    case '3':
      return Array.isArray(read.value) && id !== ''
        ? { type: 'ack', id: Number(id), payload: read.value[0] }
        : MALFORMED;
    case '4':
      return { type: 'refused', error: read.value };
    default:
      return MALFORMED;
  }
}

function readEvent(value: unknown): Frame {
  if (!Array.isArray(value)) return MALFORMED;
  const [name, payload]: readonly unknown[] = value;
  return typeof name === 'string' ? { type: 'event', name, payload } : MALFORMED;
}

function readJson(text: string): { readonly ok: boolean; readonly value: unknown } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, value: undefined };
  }
}
