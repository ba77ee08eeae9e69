import {
  type Command,
  type ParsedCommand,
  parseAppend,
  WHILE_ANSWERING,
} from '@fleetlm/conversation';
import { FlatFormatError, FlatReader, FlatWriter, type OnlyWith } from '../flat-bytes.ts';
import { hasFlatForm, type MessageToAppend, readMessage, writeMessage } from '../flat-message.ts';

type AppendMessage = Extract<Command, { readonly type: 'append-message' }>;

/** A command that has one of these has no flat form. */
type Rare = 'held' | 'expectedSeq';
type Written = OnlyWith<
  AppendMessage,
  keyof MessageToAppend | 'type' | 'timeMs' | 'debounceMs' | 'whileAnswering' | Rare
>;

/** Of a command in an entry: the flat form. Version 1 is the one with names, which all other commands have. */
export const FLAT_COMMAND_VERSION = 2;

const writer = new FlatWriter();

/** The flat form in the log, of a command within its bounds; null: it has none. */
export function encodeAppend(command: Written): Uint8Array | null {
  if (!isUsual(command) || !hasFlatForm(command)) return null;
  writer
    .begin(FLAT_COMMAND_VERSION)
    .u48(command.timeMs)
    .u32(command.debounceMs)
    .u8(WHILE_ANSWERING.indexOf(command.whileAnswering));
  return writeMessage(writer, command).take();
}

/** The same checks as of any command; total, as `decodeCommand`. */
export function decodeAppend(data: Uint8Array): ParsedCommand {
  try {
    const from = new FlatReader(data, FLAT_COMMAND_VERSION);
    const timeMs = from.u48();
    const debounceMs = from.u32();
    const whileAnswering = from.choice(WHILE_ANSWERING, 'while answering');
    const message = readMessage(from);
    from.end();
    return parseAppend({ ...message, timeMs, debounceMs, whileAnswering });
  } catch (error) {
    if (!(error instanceof FlatFormatError)) throw error;
    const isLater = error.version !== null && error.version > FLAT_COMMAND_VERSION;
    return { ok: false, reason: isLater ? 'unsupported' : 'malformed', error: error.message };
  }
}

/** Nothing is held up by the command, and it holds at any seq of the conversation. */
export function isUsual({ held, expectedSeq }: Pick<AppendMessage, Rare>): boolean {
  return held === null && expectedSeq === undefined;
}
