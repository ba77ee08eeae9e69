import { EventEmitter } from 'node:events';
import {
  agentIdSchema,
  clientMessageIdSchema,
  contentSchema,
  kindSchema,
  messagesQuerySchema,
  metadataSchema,
  pageCursorSchema,
  placeHoldSchema,
  rateReplySchema,
  searchQuerySchema,
  userIdSchema,
} from '@fleetlm/protocol';
import type { Socket } from 'socket.io';
import { TokenBucket } from '../../gateway/access/token-bucket.ts';
import { AnswerStreams } from '../../gateway/answer-streams.ts';
import {
  CONNECTION_PACKET_RATE,
  SOCKET_RATE,
  STREAM_PENDING_BYTES_MAX,
  STREAM_PENDING_EVENTS_MAX,
} from '../../gateway/limits.ts';
import { PendingEvents } from '../../gateway/pending-events.ts';
import { refusals } from '../../gateway/refusals.ts';
import { jsonShapeFault } from '../../gateway/rest/json-body.ts';
import { ConnectionMeter } from '../../gateway/socket/connection-meter.ts';
import { watchSlowness } from '../../gateway/socket/slow-socket.ts';
import { hasRoomForSocket } from '../../gateway/socket/socket-server.ts';
import { StreamSlots } from '../../gateway/streams/stream-slots.ts';
import { testAdmission } from '../../gateway/testing/test-gateway.ts';
import { changeHold, type LegalHold } from '../../membership/legal-holds.ts';
import type { Runtime, SessionEvent } from '../../runtime/runtime-api.ts';
import { atMost, type Draw, type Probe, type Probes, textOfBytes } from './probe.ts';

interface Schema {
  safeParse(value: unknown): { readonly success: boolean };
}

/** A text of so many characters. */
export const lengthOf = (schema: Schema): Probe =>
  atMost((size, { character }: Draw) => schema.safeParse(character.repeat(size)).success);

const bytesOf = (schema: Schema): Probe =>
  atMost(
    (size, { character }) =>
      schema.safeParse({ a: textOfBytes(size - '{"a":""}'.length, character) }).success,
  );

const nested = (size: number): string => `${'{"a":'.repeat(size)}1${'}'.repeat(size)}`;
const times = (count: number, act: () => boolean): boolean => {
  for (let n = 0; n < count; n += 1) if (!act()) return false;
  return true;
};

/** What becomes of a socket with a packet of so many bytes that is not sent yet. */
function slowSocket(kind: string, size: number): 'kept' | 'resync' | 'disconnected' {
  let state: ReturnType<typeof slowSocket> = 'kept';
  const conn = new EventEmitter();
  const socket = {
    conn,
    emit: () => true,
    disconnect: () => {
      state = 'disconnected';
    },
  };
  watchSlowness(
    socket as unknown as Socket,
    { metrics: { slowSockets: { inc: () => undefined } } } as never,
    () => {
      state = 'resync';
    },
  );
  conn.emit('packetCreate', { data: kind + 'x'.repeat(size - kind.length) });
  return state;
}

/** Streams of one node, whose users have as many as they like. */
function streams(subscribe: Runtime['subscribeSession']): AnswerStreams {
  const many = 999_999_999;
  const edge = testAdmission({ userStreams: many, addressStreams: many });
  return new AnswerStreams({ subscribeSession: subscribe }, new StreamSlots(edge));
}

const call = {
  request: { raw: { headers: {}, socket: { remoteAddress: '192.0.2.1' } } },
  identity: { type: 'user', userId: 'alice', role: 'user', expiresAtMs: 0 },
  ...refusals(),
} as never;
const LIVE = { ready: Promise.resolve(true), close: () => undefined };
const EVENT = { type: 'resync', reason: 'x' } as const satisfies SessionEvent;

export const EDGE_PROBES: Probes = {
  'REST: `comment` of a feedback': atMost(
    (size, { character }) =>
      rateReplySchema.safeParse({ rating: 'up', comment: character.repeat(size) }).success,
  ),
  'REST: `reason` of a legal hold': atMost(
    (size, { character }) => placeHoldSchema.safeParse({ reason: character.repeat(size) }).success,
  ),
  'REST: users on legal hold; the oldest lifted hold makes room': atMost((size) => {
    const holds: LegalHold[] = [];
    return Array.from({ length: size }, (_, user) => `user-${user}`).every((userId) =>
      changeHold(holds, { type: 'change-hold', userId, reason: 'x', by: 'olga', timeMs: 1 }),
    );
  }),
  'REST: nesting of a body': atMost((size) => jsonShapeFault(nested(size)) === null),
  'REST: values of a body': atMost(
    (size) => jsonShapeFault(`[${new Array(size - 1).fill(1).join()}]`) === null,
  ),
  'REST: keys of one object of a body': atMost((size) => {
    const entries = Array.from({ length: size }, (_, n) => `"${n}":1`);
    return jsonShapeFault(`{${entries.join()}}`) === null;
  }),
  'REST: `content` of a message': bytesOf(contentSchema),
  'REST: `metadata` of a message or a session': bytesOf(metadataSchema),
  'REST: nesting of `content` and `metadata`': atMost(
    (size) => contentSchema.safeParse(JSON.parse(nested(size))).success,
  ),
  'REST: `kind` of a message': lengthOf(kindSchema),
  'REST: id of a user': lengthOf(userIdSchema),
  'REST: id of an agent': atMost((size) => agentIdSchema.safeParse('a'.repeat(size)).success),
  'REST: `client_message_id`': lengthOf(clientMessageIdSchema),
  'REST: sequence number in a query': atMost(
    (size) => messagesQuerySchema.safeParse({ after_seq: String(size) }).success,
  ),
  'REST: `limit` of a page': atMost(
    (size) => messagesQuerySchema.safeParse({ limit: String(size) }).success,
  ),
  'REST: `before` of a page of sessions': lengthOf(pageCursorSchema),
  'REST: `q` of a search': atMost(
    (size, { character }) => searchQuerySchema.safeParse({ q: character.repeat(size) }).success,
  ),
  'REST: `limit` of a search': atMost(
    (size) => searchQuerySchema.safeParse({ q: 'text', limit: String(size) }).success,
  ),
  'REST: streams of server-sent events of a node': atMost(async (size) => {
    const node = streams(() => LIVE as never);
    try {
      for (let n = 0; n < size; n += 1) await node.listen(call, 'session');
      return true;
    } catch {
      return false;
    }
  }),
  'REST: events while a stream reads the answer so far': atMost(async (size) => {
    let publish = (_event: SessionEvent): void => undefined;
    const node = streams((_session, listener) => {
      publish = listener;
      return LIVE as never;
    });
    const listening = await node.listen(call, 'session');
    for (let n = 0; n < size; n += 1) publish(EVENT);
    const events: SessionEvent[] = [];
    listening.hearAll(
      (event) => events.push(event),
      () => undefined,
    );
    return events.every((event) => event === EVENT);
  }),
  'REST: bytes of those events': atMost((size) => {
    const pending = new PendingEvents(STREAM_PENDING_EVENTS_MAX, STREAM_PENDING_BYTES_MAX);
    const event = (delta: string): SessionEvent => {
      const chunk = { type: 'text-delta', id: '1', delta };
      return { type: 'chunk', epoch: 1, attempt: 1, index: 0, chunk };
    };
    const half = event('x'.repeat(STREAM_PENDING_BYTES_MAX / 2));
    pending.add(half);
    const rest = size - Buffer.byteLength(JSON.stringify(half));
    pending.add(event('x'.repeat(rest - Buffer.byteLength(JSON.stringify(event(''))))));
    return !pending.isOver;
  }),
  'Sockets: events of one socket': atMost((size) => {
    const bucket = new TokenBucket(SOCKET_RATE, 0);
    bucket.take(0, SOCKET_RATE.burst);
    return times(size, () => bucket.take(1_000));
  }),
  'Sockets: events of one socket at once': atMost((size) => {
    const bucket = new TokenBucket(SOCKET_RATE, 0);
    return times(size, () => bucket.take(0));
  }),
  'Sockets: packets of one connection': atMost((size) => {
    const meter = new ConnectionMeter(0);
    const packet = { type: 'ping' };
    times(CONNECTION_PACKET_RATE.burst, () => meter.take(packet, 0) === 'ok');
    return times(size, () => meter.take(packet, 1_000) === 'ok');
  }),
  'Sockets: packets of one connection at once': atMost((size) => {
    const meter = new ConnectionMeter(0);
    return times(size, () => meter.take({ type: 'message', data: '2' }, 0) === 'ok');
  }),
  'Sockets: sockets of a node': atMost((size) => hasRoomForSocket(size - 1, size - 1)),
  'Sockets: websockets that have not presented a token': atMost((size) =>
    hasRoomForSocket(size - 1, 0),
  ),
  'Sockets: unsent live events of one socket': atMost((size) => slowSocket('2', size) === 'kept'),
  'Sockets: unsent bytes of one socket': atMost((size) => slowSocket('3', size) === 'kept'),
};
