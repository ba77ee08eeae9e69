import { randomFillSync } from 'node:crypto';
import type { Frame, Piece } from '../inputs/case.ts';
import { payloadBytes, type Variables } from '../inputs/payload.ts';

/** The request that opens a websocket to Socket.IO. */
export const UPGRADE: Piece = {
  payload:
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: {{host}}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
};

/** A frame of RFC 6455 as a client sends it: masked. */
export function frameBytes(opcode: number, fin: boolean, payload: Buffer): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const header = Buffer.alloc(2 + extended + 4);
  header[0] = (fin ? 0x80 : 0) | (opcode & 0x0f);
  header[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) header.writeUInt16BE(length, 2);
  if (extended === 8) header.writeBigUInt64BE(BigInt(length), 2);
  const mask = header.subarray(2 + extended);
  randomFillSync(mask);
  const masked = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at += 1) masked[at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return Buffer.concat([header, masked]);
}

export function framePiece(frame: Frame, variables: Variables): Piece {
  const bytes = payloadBytes(frame.payload, variables);
  const wire = frame.opcode === null ? bytes : frameBytes(frame.opcode, frame.fin ?? true, bytes);
  return {
    payload: { base64: wire.toString('base64') },
    ...(frame.after_ms === undefined ? {} : { after_ms: frame.after_ms }),
    ...(frame.times === undefined ? {} : { times: frame.times }),
  };
}

/** The texts in what a server sent: its frames are not masked, and Socket.IO's are whole. */
export function textFrames(bytes: Buffer): readonly string[] {
  const texts: string[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const opcode = (bytes[at] ?? 0) & 0x0f;
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    let start = at + 2;
    let length = short;
    if (short === 126) {
      if (start + 2 > bytes.length) break;
      length = bytes.readUInt16BE(start);
      start += 2;
    } else if (short === 127) {
      if (start + 8 > bytes.length) break;
      length = Number(bytes.readBigUInt64BE(start));
      start += 8;
    }
    if (start + length > bytes.length) break;
    if (opcode === 1) texts.push(bytes.subarray(start, start + length).toString('utf8'));
    at = start + length;
  }
  return texts;
}
