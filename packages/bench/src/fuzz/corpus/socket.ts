import type { Frame, SocketCase } from '../inputs/case.ts';
import { bytesOf } from '../inputs/payload.ts';
import { CONNECT, event, text } from '../inputs/socket-inputs.ts';

function socket(name: string, ...frames: readonly Frame[]): SocketCase {
  return { name: `socket: ${name}`, edge: 'socket', frames: [CONNECT, ...frames], hold_ms: 800 };
}

export const SOCKET_CORPUS: readonly SocketCase[] = [
  socket(
    'an attachment that never comes',
    text('451-1["session:send",{"_placeholder":true,"num":0}]'),
  ),
  socket(
    'a placeholder beyond its attachments',
    text('451-1["session:send",{"_placeholder":true,"num":9}]'),
    { opcode: 2, payload: 'x' },
  ),
  socket('a binary payload', text('451-1["session:send",{"_placeholder":true,"num":0}]'), {
    opcode: 2,
    payload: bytesOf(1, 2, 3),
  }),
  socket('an ack that was not asked for', text('43999["x"]')),
  socket('an unknown namespace', text('40/nowhere,{}')),
  socket('the namespace of operators', text('40/admin,{"token":"{{user_token}}"}')),
  socket('a second connect', CONNECT, CONNECT),
  socket('a reserved event', text('421["disconnect",{}]')),
  socket('an event without a payload', text('421["session:join"]')),
  socket(
    'an event nested 100,000 deep',
    text({
      concat: [
        '421["session:join",',
        { repeat: '[', times: 100_000 },
        { repeat: ']', times: 100_000 },
        ']',
      ],
    }),
  ),
  socket(
    'a message of 1 MiB and more',
    text({ concat: ['421["session:join","', { repeat: 'x', times: 1_048_576 }, '"]'] }),
  ),
  socket('text that is not UTF-8', { opcode: 1, payload: bytesOf(0xff, 0xfe) }),
  socket('a frame of 2^63 bytes', {
    opcode: null,
    payload: bytesOf(0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  }),
  socket(
    'fragments without an end',
    { opcode: 1, fin: false, payload: '42[' },
    { opcode: 0, fin: false, payload: 'x', times: 500 },
  ),
  socket('5,000 events at once', { ...event(1, 'inbox:join', '{}'), times: 5_000 }),
  socket(
    'a read beyond the head',
    event(1, 'session:read', '{"session_id":"{{session}}","last_seq":999}'),
  ),
  socket(
    'a send with a number as its text',
    event(
      1,
      'session:send',
      '{"session_id":"{{session}}","client_message_id":"c","content":{"text":5}}',
    ),
  ),
];
