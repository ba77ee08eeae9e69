import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  DiallerHandshake,
  encodeWireHeader,
  FrameParser,
  HANDSHAKE_BYTES_MAX,
  WIRE_HEADER_BYTES,
} from '@fleetlm/raft/mesh';
import { crc32c } from '@fleetlm/raft/wal';
import type { PeerCase, PeerFrame, Piece } from '../inputs/case.ts';
import { payloadBytes } from '../inputs/payload.ts';
import { connectToMesh, writePieces } from './send-pieces.ts';
import type { Stage, StageNode } from './stage.ts';

const HANDSHAKE_LIMIT_MS = 10_000;
/** Of a frame between Raft hosts: kind (1), CRC32C of the rest (4). */
const RAFT_HEADER_BYTES = 5;
/** Offset of the checksum of a header. */
const HEADER_CRC_AT = WIRE_HEADER_BYTES - 4;

let rogues = 0;

type PeerStage = Pick<Stage, 'nextNode' | 'clusterSecret'>;

/**
 * Connections of a stranger that knows the secret: a whole handshake, then the frames of the case. Throws when no
 * handshake was completed: then nothing was tried.
 */
export async function playPeer(one: PeerCase, stage: PeerStage): Promise<void> {
  const node = stage.nextNode();
  const clusterId = one.knows_cluster ? await clusterIdOf(node, stage) : null;
  const pieces = one.frames.map(pieceOf);
  let introduced = 0;
  const send = async (): Promise<void> => {
    const socket = await introduce(node, stage, clusterId);
    if (socket === null) return;
    introduced += 1;
    let isOver = false;
    // A reset is an end like any other.
    const ended = new Promise<void>((resolve) => {
      socket.once('close', () => {
        isOver = true;
        resolve();
      });
    });
    await writePieces(socket.resume(), pieces, {}, () => isOver);
    const hold = new Promise((resolve) => setTimeout(resolve, one.hold_ms ?? 0));
    await Promise.race([ended, hold]);
    socket.destroy();
  };
  await Promise.all(Array.from({ length: one.connections ?? 1 }, send));
  if (introduced === 0) throw new Error(`${node.id} completed no handshake`);
}

async function clusterIdOf(node: StageNode, stage: PeerStage): Promise<string | null> {
  let clusterId: string | null = null;
  const socket = await introduce(node, stage, null, (peer) => {
    clusterId = peer.clusterId;
  });
  socket?.destroy();
  return clusterId;
}

/** Null: the node did not take it, as one that is being stopped or started. */
async function introduce(
  node: StageNode,
  stage: PeerStage,
  clusterId: string | null,
  met: (peer: { readonly clusterId: string | null }) => void = () => undefined,
): Promise<Socket | null> {
  rogues += 1;
  const identity = {
    nodeId: `rogue-${rogues}`,
    incarnation: randomUUID(),
    bootNonce: randomUUID(),
    clusterId,
  };
  const handshake = new DiallerHandshake({ identity, admit: () => null }, 'main', null);
  const parser = new FrameParser(HANDSHAKE_BYTES_MAX, crc32c);
  const socket = connectToMesh(node.meshPort, stage.clusterSecret);
  const say = (message: Uint8Array): void => {
    socket.write(encodeWireHeader('handshake', message, crc32c));
    socket.write(message);
  };
  const isIn = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), HANDSHAKE_LIMIT_MS);
    const end = (result: boolean): void => {
      clearTimeout(timer);
      resolve(result);
    };
    // A reset is an answer like any other.
    socket.on('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('secureConnect', () => say(handshake.start()));
    socket.on('data', (bytes: Buffer) => {
      const problem = parser.push(bytes, (channel, payload) => {
        if (channel !== 'handshake') return true;
        const step = handshake.receive(payload);
        if (step.send !== null) say(step.send);
        if (step.status === 'done') {
          met(step.peer);
          end(true);
        } else if (step.status === 'refused') end(false);
        return false;
      });
      if (problem !== null) end(false);
    });
  });
  socket.removeAllListeners('data');
  if (isIn) return socket;
  socket.destroy();
  return null;
}

function pieceOf({ channel, announced, damaged, raft_kind, payload, ...timing }: PeerFrame): Piece {
  const inner = payloadBytes(payload);
  const bytes = raft_kind === undefined ? inner : raftFrame(raft_kind, inner);
  if (channel === null) return { ...timing, payload: { base64: bytes.toString('base64') } };
  const header = Buffer.from(encodeWireHeader(channel, bytes, crc32c));
  if (announced !== undefined) header.writeUInt32LE(announced, 0);
  if (damaged === true) header.writeUInt8(header.readUInt8(5) ^ 0xff, 5);
  header.writeUInt32LE(crc32c(header.subarray(0, HEADER_CRC_AT)), HEADER_CRC_AT);
  return { ...timing, payload: { base64: Buffer.concat([header, bytes]).toString('base64') } };
}

function raftFrame(kind: number, rest: Buffer): Buffer {
  const head = Buffer.alloc(RAFT_HEADER_BYTES);
  head.writeUInt8(kind, 0);
  head.writeUInt32LE(crc32c(rest), 1);
  return Buffer.concat([head, rest]);
}
