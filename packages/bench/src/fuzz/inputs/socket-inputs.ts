import { SOCKET_REQUESTS } from '@fleetlm/protocol';
import { between, pick } from '../../torture/seeded-random.ts';
import { mutateDocument, mutateTree } from '../mutate/mutate-json.ts';
import type { Frame, SocketCase } from './case.ts';
import { randomBytes } from './http-inputs.ts';
import { treeOf, treePayload } from './json-tree.ts';
import { bytesOf, join, type Payload } from './payload.ts';
import { sampleOf } from './sample.ts';

const TEXT = 1;
const BINARY = 2;

/** Engine.IO's message, Socket.IO's CONNECT. */
export const CONNECT: Frame = text('40{"token":"{{user_token}}"}');

export function text(payload: Payload): Frame {
  return { opcode: TEXT, payload };
}

/** An event with an acknowledgement. */
export function event(number: number, name: string, payload: Payload): Frame {
  return text(join([`42${number}["${name}",`, payload, ']']));
}

/** Packets that no client sends: of the protocol, of its versions, with attachments that never come. */
const ODD_PACKETS: readonly Payload[] = [
  '',
  '0',
  '1',
  '2probe',
  '3',
  '4',
  '5',
  '6',
  '9',
  '40/unknown,',
  '40/admin,{"token":"{{user_token}}"}',
  { concat: ['40/', { repeat: 'n', times: 10_000 }, ',{}'] },
  '40{"token":{"a":1}}',
  '41',
  '42',
  '42[]',
  '42[null]',
  '42["connect"]',
  '42["disconnect"]',
  '42["error"]',
  '42["__proto__",{}]',
  '42["constructor",{}]',
  '42{"session:join":1}',
  '42999999999999999999999["inbox:join",{}]',
  '42["inbox:join",{}]',
  '421["inbox:join"]',
  '421["inbox:join",{},{},{}]',
  '43-1["x"]',
  '431[{"ok":true}]',
  '44{"message":"x"}',
  '451-["session:send",{"_placeholder":true,"num":0}]',
  '451-1["session:send",{"_placeholder":true,"num":99}]',
  '451-1["session:send",{"_placeholder":true,"num":-1}]',
  '4599999999-1["session:send",{"_placeholder":true,"num":0}]',
  '45-1["x"]',
  '461-1[{"_placeholder":true,"num":0}]',
  '47',
  { concat: ['421["session:join",', { repeat: '[', times: 100_000 }] },
  { concat: ['421["session:join",', { repeat: '{"a":', times: 100_000 }] },
];

/** A session of a browser, with one to four packets that are wrong, out of order or too many. */
export function socketInput(name: string, random: () => number): SocketCase {
  const frames: Frame[] = random() < 0.9 ? [CONNECT] : [];
  for (let count = between(1, 6, random); count > 0; count -= 1) frames.push(oddFrame(random));
  return { name, edge: 'socket', frames, hold_ms: 1_500 };
}

function oddFrame(random: () => number): Frame {
  switch (between(0, 9, random)) {
    case 0:
      return text(pick(ODD_PACKETS, random));
    case 1:
      return { opcode: BINARY, payload: randomBytes(random) };
    case 2:
      return { opcode: pick([0, 3, 8, 9, 10, 11, 15], random), payload: randomBytes(random, 200) };
    case 3:
      return { ...text(pick(ODD_PACKETS, random)), fin: false };
    case 4:
      return {
        opcode: null,
        payload: pick(
          [
            bytesOf(0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
            bytesOf(0x81, 0x05, 1, 2, 3),
            bytesOf(0xf1, 0x80),
          ],
          random,
        ),
      };
    default:
      return eventFrame(random);
  }
}

function eventFrame(random: () => number): Frame {
  const name = pick(Object.keys(SOCKET_REQUESTS), random);
  const request = Object.entries(SOCKET_REQUESTS).find(([key]) => key === name)?.[1];
  const valid = treeOf(request === undefined ? {} : sampleOf(request.payload, random));
  const payload = treePayload(random() < 0.25 ? valid : mutateTree(valid, random));
  const frame = event(
    between(1, 1_000, random),
    name,
    random() < 0.1 ? mutateDocument(payload, random) : payload,
  );
  return random() < 0.05 ? { ...frame, times: pick([10, 600, 3_000], random) } : frame;
}
