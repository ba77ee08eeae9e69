import { createServer, type Server as HttpServer } from 'node:http';
import type { UiChunk } from '@fleetlm/protocol/ui-stream';
import { isObject, type JsonObject, stringField } from '@fleetlm/protocol/ui-stream';
import { Server, type Socket } from 'socket.io';
import { message as makeMessage, session } from '../../src/session/testing.ts';
import type { AgentStatus, Message, StreamSnapshot } from '../../src/wire.ts';

/** What all nodes of a test cluster share: the committed log of one conversation and the answer in progress. */
export class TestLog {
  messages: Message[] = [];
  sentIds = new Map<string, number>();
  stream: StreamSnapshot | null = null;
  agent: AgentStatus = { status: 'idle', epoch: 0 };
  lastReadSeq = 0;
  nodes = new Set<TestNode>();

  append(from: Message): Message {
    const message = { ...from, seq: this.messages.length + 1 };
    this.messages.push(message);
    for (const node of this.nodes) node.broadcast('session:message', message);
    return message;
  }

  chunk(epoch: number, index: number, chunk: UiChunk): void {
    const before = this.stream?.epoch === epoch ? this.stream.chunks : [];
    const chunks = [...before, chunk];
    this.stream = { epoch, attempt: 1, chunks, next_index: chunks.length };
    const payload = { session_id: session(0).id, epoch, attempt: 1, index, chunk };
    for (const node of this.nodes) node.broadcast('session:chunk', payload);
  }
}

type AckFunction = (answer: object) => void;

/** A real socket.io server that follows the outside interface, for tests of this package. */
export class TestNode {
  readonly log: TestLog;
  /** Requests in the order of arrival, as `event payload`. */
  readonly seen: string[] = [];
  /** Taken before the request is handled; true: it is swallowed without an ack. */
  swallow: (event: string) => boolean = () => false;
  /** Called between the making of an answer and its ack: what happens there reaches the client first. */
  beforeAck: (event: string) => void = () => undefined;
  /** Messages of this seq are not broadcast by this node: a lost packet. */
  dropSeq: number | null = null;
  pageSize = 50;
  token = 'good';
  #http: HttpServer;
  #io: Server;
  #port = 0;

  constructor(log: TestLog) {
    this.log = log;
    this.#http = createServer();
    this.#io = new Server(this.#http, { transports: ['websocket'] });
    this.#io.use((socket, next) => {
      const auth: unknown = socket.handshake.auth;
      if (isObject(auth) && auth.token === this.token) return next();
      next(Object.assign(new Error('unauthenticated'), { data: { code: 'unauthenticated' } }));
    });
    this.#io.on('connection', (socket) => this.#serve(socket));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Takes the port of a node that is gone. */
  listenOn(port: number): void {
    this.#port = port;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#http.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = this.#http.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    this.log.nodes.add(this);
    return this;
  }

  /** Drops every connection at once, as a killed process does. */
  async kill(): Promise<void> {
    this.log.nodes.delete(this);
    this.#io.disconnectSockets(true);
    await this.#io.close();
  }

  get connections(): number {
    return this.#io.of('/').sockets.size;
  }

  broadcast(event: string, payload: JsonObject | Message): void {
    if (event === 'session:message' && payload.seq === this.dropSeq) return;
    this.#io.to('joined').emit(event, payload);
  }

  #serve(socket: Socket): void {
    socket.onAny((event: string, payload: unknown, ack: AckFunction) => {
      this.seen.push(`${event} ${JSON.stringify(payload)}`);
      if (this.swallow(event)) return;
      if (!isObject(payload)) return;
      const answer = this.#answer(socket, event, payload);
      this.beforeAck(event);
      ack(answer);
    });
  }

  #answer(socket: Socket, event: string, payload: JsonObject): object {
    switch (event) {
      case 'session:join':
        return this.#join(socket, payload);
      case 'session:send':
        return this.#send(payload);
      case 'session:read':
        this.log.lastReadSeq = Number(payload.last_seq);
        return { ok: true, last_read_seq: this.log.lastReadSeq };
      case 'inbox:join':
        return { ok: true, sessions: [], version: 1, next: null };
      default:
        return { ok: true };
    }
  }

  #join(socket: Socket, payload: JsonObject): object {
    void socket.join('joined');
    const { messages, stream, agent, lastReadSeq } = this.log;
    const after = Number(payload.last_seq);
    const page = messages.slice(after, after + this.pageSize);
    const answer = {
      ok: true,
      session: session(messages.length, lastReadSeq),
      messages: page,
      last_seq: messages.length,
      has_more: after + page.length < messages.length,
      agent,
    };
    return stream === null ? answer : { ...answer, stream };
  }

  #send(payload: JsonObject): object {
    const clientMessageId = stringField(payload, 'client_message_id') ?? '';
    const { content, metadata } = payload;
    if (isObject(content) && content.text === 'refuse me') {
      return { ok: false, error: { code: 'invalid_request', message: 'No.', retryable: false } };
    }
    const before = this.log.sentIds.get(clientMessageId);
    const seq = before ?? this.log.messages.length + 1;
    this.log.sentIds.set(clientMessageId, seq);
    const over = {
      content: isObject(content) ? content : {},
      metadata: isObject(metadata) ? metadata : {},
    };
    const message = makeMessage(seq, over);
    if (before === undefined) this.log.append(message);
    return {
      ok: true,
      seq,
      id: message.id,
      inserted_at: message.inserted_at,
      duplicate: before !== undefined,
    };
  }
}
