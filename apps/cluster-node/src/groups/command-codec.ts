import {
  type Command,
  type ParsedCommand,
  parseAppend,
  parseCommand,
  versioned,
} from '@fleetlm/conversation';
import { Packr } from 'msgpackr';
import * as z from 'zod';
import { isFlat } from '../flat-bytes.ts';
import { isPlain } from '../flat-message.ts';
import { decodeAppend, encodeAppend, FLAT_COMMAND_VERSION, isUsual } from './append-codec.ts';
import { packApart } from './pack-apart.ts';

const packr = new Packr({ useRecords: false });

/**
 * The form in the log: MessagePack of the versioned command, payloads as raw bytes; a flat form for most appends. The
 * command is one that `commandProblem` finds nothing wrong with.
 */
export function encodeCommand(command: Command): Uint8Array {
  const flat = command.type === 'append-message' ? encodeAppend(command) : null;
  return flat ?? packApart(packr, versioned(command));
}

/** Total: whatever the bytes are, it answers, and every replica alike. */
export function decodeCommand(data: Uint8Array): ParsedCommand {
  if (isFlat(data)) return decodeAppend(data);
  let plain: unknown;
  try {
    plain = packr.unpack(data);
  } catch {
    // Whatever it says about the bytes, they are no MessagePack.
    return { ok: false, reason: 'malformed', error: 'it is not MessagePack' };
  }
  return parseCommand(plain);
}

/** What apply would find wrong with the command; null: nothing. Asked before it is proposed. */
export function commandProblem(command: Command): string | null {
  const parsed =
    command.type === 'append-message' && isUsual(command) && isPlain(command.message)
      ? parseAppend(command)
      : parseCommand(versioned(command));
  return parsed.ok ? null : parsed.error;
}

const TYPE_LENGTH_MAX = 64;
const typedSchema = z.tuple([z.unknown(), z.looseObject({ type: z.string() })]);

/** What an entry says that it is, for an operator; null: nothing that can be read. */
export function entryTypeOf(data: Uint8Array): string | null {
  if (isFlat(data)) return data[1] === FLAT_COMMAND_VERSION ? 'append-message' : null;
  try {
    const typed = typedSchema.safeParse(packr.unpack(data));
    return typed.success ? typed.data[1].type.slice(0, TYPE_LENGTH_MAX) : null;
  } catch {
    // No MessagePack: it has no type.
    return null;
  }
}
