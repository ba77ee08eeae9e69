import { dirname } from 'node:path';

/** What the shim wrote down, in its order. Sequence numbers are nanoseconds since the machine's start. */
export type UndoRecord =
  | {
      readonly type: 'write' | 'truncate';
      readonly seq: bigint;
      readonly inode: bigint;
      /** Of a truncation: the new size. */
      readonly offset: number;
      readonly length: number;
      readonly oldSize: number;
      /** What stood there, without the zeros at its end. */
      readonly old: Uint8Array;
    }
  | {
      readonly type: 'sync' | 'sync-failed';
      readonly seq: bigint;
      readonly inode: bigint;
      readonly upTo: bigint;
    }
  | { readonly type: 'create'; readonly seq: bigint; readonly path: string }
  | {
      readonly type: 'rename';
      readonly seq: bigint;
      readonly path: string;
      readonly from: string;
      /** A copy of what was replaced; '' when there was nothing. */
      readonly saved: string;
    }
  | {
      readonly type: 'unlink';
      readonly seq: bigint;
      readonly path: string;
      readonly saved: string;
    }
  | {
      readonly type: 'directory-sync';
      readonly seq: bigint;
      readonly directory: string;
      readonly upTo: bigint;
    };

export type DataRecord = Extract<UndoRecord, { type: 'write' | 'truncate' }>;
export type EntryRecord = Extract<UndoRecord, { type: 'create' | 'rename' | 'unlink' }>;

const HEADER_BYTES = 16;

/** A record that was being written when the process was killed is left out: its change was not made. */
export function parseUndoLog(log: Uint8Array): readonly UndoRecord[] {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const records: UndoRecord[] = [];
  for (let at = 0; at + HEADER_BYTES <= log.length; ) {
    const type = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    const seq = view.getBigUint64(at + 8, true);
    const body = at + HEADER_BYTES;
    at = body + size;
    if (at > log.length) break;
    records.push(parseRecord(type, seq, log.subarray(body, at)));
  }
  return records;
}

function parseRecord(type: number, seq: bigint, body: Uint8Array): UndoRecord {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const whole = (at: number): bigint => view.getBigUint64(at * 8, true);
  const [path = '', second = '', third = ''] = type >= 4 && type <= 6 ? textsOf(body) : [];
  switch (type) {
    case 1:
    case 2:
      return {
        type: type === 1 ? 'write' : 'truncate',
        seq,
        inode: whole(0),
        offset: Number(whole(1)),
        length: Number(whole(2)),
        oldSize: Number(whole(3)),
        old: body.subarray(32),
      };
    case 3:
      return { type: 'sync', seq, inode: whole(0), upTo: whole(1) };
    case 8:
      return { type: 'sync-failed', seq, inode: whole(0), upTo: whole(1) };
    case 4:
      return { type: 'create', seq, path };
    case 5:
      return { type: 'rename', seq, path: second, from: path, saved: third };
    case 6:
      return { type: 'unlink', seq, path, saved: second };
    case 7:
      return {
        type: 'directory-sync',
        seq,
        directory: textsOf(body.subarray(8))[0] ?? '',
        upTo: whole(0),
      };
    default:
      throw new Error(`the undo log has a record of type ${type}`);
  }
}

function textsOf(body: Uint8Array): readonly string[] {
  return new TextDecoder().decode(body).split('\0');
}

/** What a power failure may take back: changes of files, and of directories, in the order in which they were made. */
export interface Unsynced {
  /** All changes of files, the synced ones too. */
  readonly all: readonly DataRecord[];
  readonly data: readonly DataRecord[];
  readonly entries: readonly EntryRecord[];
}

/** A failed sync leaves what it should have synced unsynced for ever, whatever later ones say. */
export function unsyncedOf(records: readonly UndoRecord[]): Unsynced {
  let data: DataRecord[] = [];
  let entries: EntryRecord[] = [];
  const lost: DataRecord[] = [];
  for (const record of records) {
    switch (record.type) {
      case 'write':
      case 'truncate':
        data.push(record);
        break;
      case 'create':
      case 'rename':
      case 'unlink':
        entries.push(record);
        break;
      case 'sync':
      case 'sync-failed': {
        const isCovered = (one: DataRecord): boolean =>
          one.inode === record.inode && one.seq <= record.upTo;
        if (record.type === 'sync-failed') lost.push(...data.filter(isCovered));
        data = data.filter((one) => !isCovered(one));
        break;
      }
      case 'directory-sync':
        entries = entries.filter(
          (one) => dirname(one.path) !== record.directory || one.seq > record.upTo,
        );
        break;
      default:
        record satisfies never;
    }
  }
  // What was written over after a failed sync, and synced then, is durable after all.
  const stillLost = lost.filter((one) => !isRewritten(one, records, data));
  const all = records.filter(isData);
  return { all, data: [...stillLost, ...data].sort(bySeq), entries };
}

function isRewritten(
  lost: DataRecord,
  records: readonly UndoRecord[],
  unsynced: readonly DataRecord[],
): boolean {
  return records.some(
    (record) =>
      record.type === 'write' &&
      record.inode === lost.inode &&
      record.seq > lost.seq &&
      record.offset <= lost.offset &&
      record.offset + record.length >= lost.offset + lost.length &&
      !unsynced.includes(record),
  );
}

function isData(record: UndoRecord): record is DataRecord {
  return record.type === 'write' || record.type === 'truncate';
}

function bySeq(a: { readonly seq: bigint }, b: { readonly seq: bigint }): number {
  if (a.seq === b.seq) return 0;
  return a.seq < b.seq ? -1 : 1;
}
