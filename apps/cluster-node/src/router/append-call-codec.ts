import { FlatReader, FlatWriter, type OnlyWith } from '../flat-bytes.ts';
import { hasFlatForm, type MessageToAppend, readMessage, writeMessage } from '../flat-message.ts';
import type { OperationOf, ResultOf } from '../operations/operations.ts';

/** The append in calls between nodes: the flat forms of its request and of its result. */
const VERSION = 1;
type Append = OperationOf<'append'>;
type Written = OnlyWith<Append, keyof MessageToAppend | 'type' | 'expectedSeq'>;
type Appended = OnlyWith<ResultOf<'append'>, 'seq' | 'id' | 'insertedAtMs' | 'duplicate'>;

const writer = new FlatWriter();

/** Null: it has no flat form. */
export function encodeAppendRequest(number: number, append: Written): Uint8Array | null {
  if (append.expectedSeq !== undefined || !hasFlatForm(append)) return null;
  writer.begin(VERSION).u48(number);
  return writeMessage(writer, append).take();
}

export function encodeAppended(number: number, appended: Appended): Uint8Array {
  const { seq, insertedAtMs, duplicate, id } = appended;
  writer
    .begin(VERSION)
    .u48(number)
    .u32(seq)
    .u48(insertedAtMs)
    .u8(duplicate ? 1 : 0);
  return writer.text(id).take();
}

export function isAppended(value: unknown): value is Appended {
  return (
    typeof value === 'object' &&
    value !== null &&
    'seq' in value &&
    typeof value.seq === 'number' &&
    'id' in value &&
    typeof value.id === 'string' &&
    'insertedAtMs' in value &&
    typeof value.insertedAtMs === 'number' &&
    'duplicate' in value &&
    typeof value.duplicate === 'boolean'
  );
}

export interface FlatCall<T> {
  readonly number: number;
  readonly body: T;
}

/** Throws a FlatFormatError, as `readAppended` does. */
export function readAppendRequest(frame: Uint8Array): FlatCall<Append> {
  return readCall(frame, (from) => {
    const { sessionId, sender, clientMessageId, message } = readMessage(from);
    return { type: 'append', sessionId, sender, clientMessageId, message };
  });
}

export function readAppended(frame: Uint8Array): FlatCall<Appended> {
  return readCall(frame, (from) => ({
    seq: from.u32(),
    insertedAtMs: from.u48(),
    duplicate: from.choice(DUPLICATE, 'duplicate'),
    id: from.text(),
  }));
}

const DUPLICATE = [false, true] as const;

function readCall<T>(frame: Uint8Array, body: (from: FlatReader) => T): FlatCall<T> {
  const from = new FlatReader(frame, VERSION);
  const call = { number: from.u48(), body: body(from) };
  from.end();
  return call;
}
