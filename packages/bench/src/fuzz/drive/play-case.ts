import type { FuzzCase, RawCase, RestCase, SocketCase } from '../inputs/case.ts';
import {
  type Breach,
  checkAccess,
  checkAck,
  checkAnswer,
  checkStatus,
  internalText,
} from '../oracle/check-answer.ts';
import { parseAnswers } from './http-answers.ts';
import { playPages } from './play-pages.ts';
import { playPeer } from './play-peer.ts';
import { playWebhook } from './play-webhook.ts';
import { restRequest } from './rest-request.ts';
import { exchange } from './send-pieces.ts';
import type { Stage, StageNode } from './stage.ts';
import { framePiece, textFrames, UPGRADE } from './websocket-frames.ts';

/** A request that nothing came back for in this time was not answered. */
const ANSWER_LIMIT_MS = 20_000;
/** A stream of server-sent events is read for so long. */
const STREAM_MS = 1_000;
/** Beyond it the node may close a connection while the body is on its way, and the answer may be lost with it. */
const BODY_READ_BYTES_MAX = 400_000;

/** Plays one case and checks what it is answered with. Resolves when it is over; never rejects for what a node does. */
export async function playCase(one: FuzzCase, stage: Stage): Promise<void> {
  const end = stage.cases.begin(one);
  const fromMs = performance.timeOrigin + performance.now();
  try {
    switch (one.edge) {
      case 'rest':
        await playRest(one, stage);
        return;
      case 'http':
      case 'mesh':
        await playRaw(one, stage);
        return;
      case 'socket':
        await playSocket(one, stage);
        return;
      case 'peer':
        await playPeer(one, stage);
        return;
      case 'pages':
        await playPages(one, stage);
        return;
      case 'webhook':
        await playWebhook(one, stage);
        return;
      default:
        one satisfies never;
    }
  } catch (error) {
    // A call of the campaign's own, repeated for half a minute: no node answered.
    const detail = error instanceof Error ? error.message : String(error);
    stage.findings.add('no-answer', detail, stage.cases.between(fromMs, fromMs), 'no node');
  } finally {
    end();
  }
}

async function playRest(one: RestCase, stage: Stage): Promise<void> {
  const node = stage.nextNode();
  const variables = await stage.variables(node);
  const pieces = restRequest(one, variables, stage.credentials.jwtSecret);
  // A request with another method is no call of its route.
  const route = one.route?.startsWith(`${one.method} `) === true ? one.route : null;
  const startedAt = performance.now();
  const send = async (): Promise<void> => {
    const { received, closed, refused } = await exchange({
      port: node.port,
      pieces,
      variables,
      holdMs: ANSWER_LIMIT_MS,
      isDone: streamIsRead(startedAt),
    });
    const { answers } = parseAnswers(received, closed);
    const [answer] = answers;
    if (answer !== undefined)
      report(stage, one, [
        ...checkStatus(answer.status, one.expect_status),
        ...(one.token === undefined ? checkAccess(answer.status, route, one.sender) : []),
        ...checkAnswer(answer, route),
      ]);
    else if (!refused && !(closed && sizeOf(pieces) > BODY_READ_BYTES_MAX))
      stage.findings.add(
        'no-answer',
        `${one.method} on ${node.id} was ${closed ? 'cut off' : 'not answered'} after ${Math.round(performance.now() - startedAt)} ms`,
        [one],
        `${one.route} ${closed}`,
      );
  };
  await Promise.all(Array.from({ length: one.at_once ?? 1 }, send));
}

/** An event stream has no end of its own: its head and what comes at once is enough. */
function streamIsRead(startedAt: number): (received: Buffer) => boolean {
  return (received) =>
    performance.now() - startedAt > STREAM_MS &&
    received.subarray(0, 2_000).toString('latin1').includes('text/event-stream');
}

function sizeOf(pieces: readonly { readonly payload: unknown }[]): number {
  return JSON.stringify(pieces).length;
}

async function playRaw(one: RawCase, stage: Stage): Promise<void> {
  const node = stage.nextNode();
  const variables = await stage.variables(node);
  const send = async (): Promise<void> => {
    const { pieces } = one;
    const holdMs = one.hold_ms ?? 0;
    if (one.edge === 'mesh') {
      // A stranger without the secret gets no further than TLS; one that has it gets to the frames.
      for (const secret of [null, stage.clusterSecret])
        await exchange({ port: node.meshPort, pieces, variables, holdMs, secret });
      return;
    }
    const { received, closed } = await exchange({ port: node.port, pieces, variables, holdMs });
    const { answers } = parseAnswers(received, closed);
    const isOfEngine = JSON.stringify(one.pieces).includes('/socket.io');
    for (const answer of answers)
      report(stage, one, [
        ...checkStatus(answer.status, one.expect_status),
        // Engine.IO answers a handshake that it refuses in the form of its own protocol.
        ...(isOfEngine ? internalText(answer.body.toString('utf8')) : checkAnswer(answer, null)),
      ]);
  };
  await Promise.all(Array.from({ length: one.connections ?? 1 }, send));
}

async function playSocket(one: SocketCase, stage: Stage): Promise<void> {
  const node: StageNode = stage.nextNode();
  const variables = await stage.variables(node);
  const { received } = await exchange({
    port: node.port,
    pieces: [UPGRADE, ...one.frames.map((frame) => framePiece(frame, variables))],
    variables,
    holdMs: one.hold_ms ?? 1_000,
  });
  const { answers, rest } = parseAnswers(received, true);
  for (const answer of answers) report(stage, one, checkAnswer(answer, null));
  for (const text of textFrames(rest)) report(stage, one, checkPacket(text));
}

/** Acknowledgements and connection errors of Socket.IO; events are what a subscriber checks. */
function checkPacket(text: string): readonly Breach[] {
  const ack = /^43\d+(\[.*)$/s.exec(text)?.[1];
  if (ack === undefined) return [];
  const values: unknown = JSON.parse(ack);
  return Array.isArray(values) ? checkAck(values[0]) : [];
}

function report(stage: Stage, one: FuzzCase, breaches: readonly Breach[]): void {
  for (const { kind, detail, signature } of breaches)
    stage.findings.add(kind, detail, [one], signature === '' ? one.name : signature);
}
