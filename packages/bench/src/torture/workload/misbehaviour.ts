import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What an agent may do instead of answering properly. */
export const MISBEHAVIOURS = [
  'hang-before-headers',
  'hang-in-the-middle',
  'reset-before-headers',
  'reset-in-the-middle',
  'end-without-finish',
  'status-500',
  'status-429-with-absurd-retry-after',
  'status-503-with-retry-after',
  'no-content',
  'not-json',
  'not-utf-8',
  'endless-line',
  'one-byte-at-a-time',
  'redirect-to-a-private-address',
] as const;
export type Misbehaviour = (typeof MISBEHAVIOURS)[number];

/** What a misbehaviour works with; `writePiece` is a proper chunk of text and is kept in the record. */
export interface Stage {
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly begin: () => void;
  readonly writePiece: () => void;
}

const LINE_BYTES = 1_200_000;

/** True: the answer is done with (badly); false: it goes on properly, in its own way. */
export function misbehave(how: Misbehaviour, stage: Stage): boolean {
  const { response, socket, begin, writePiece } = stage;
  const after = (write: () => void): boolean => {
    begin();
    writePiece();
    // What was streamed first has to leave before the connection breaks.
    setTimeout(write, 30);
    return true;
  };
  switch (how) {
    case 'hang-before-headers':
      return true;
    case 'hang-in-the-middle':
      return after(() => undefined);
    case 'reset-before-headers':
      socket.resetAndDestroy();
      return true;
    case 'reset-in-the-middle':
      return after(() => socket.resetAndDestroy());
    case 'end-without-finish':
      return after(() => response.end());
    case 'status-500':
      response.writeHead(500).end('it broke');
      return true;
    case 'status-429-with-absurd-retry-after':
      response.writeHead(429, { 'retry-after': '-99999999999' }).end();
      return true;
    case 'status-503-with-retry-after':
      response.writeHead(503, { 'retry-after': '1' }).end();
      return true;
    case 'no-content':
      response.writeHead(204).end();
      return true;
    case 'not-json':
      return after(() => response.end('data: {not json\n\n'));
    case 'not-utf-8':
      return after(() =>
        response.end(Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xfe, 0x0a])),
      );
    case 'endless-line':
      return after(() => response.end(`data: "${'x'.repeat(LINE_BYTES)}`));
    case 'redirect-to-a-private-address':
      response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end();
      return true;
    case 'one-byte-at-a-time':
      return false;
    default:
      return how satisfies never;
  }
}
