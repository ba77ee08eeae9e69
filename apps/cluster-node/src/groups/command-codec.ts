import { type Command, type ParsedCommand, parseCommand, versioned } from '@fleetlm/conversation';
import { Packr } from 'msgpackr';
import * as z from 'zod';
import { packApart } from './pack-apart.ts';

const packr = new Packr({ useRecords: false });

/** The form in the log: MessagePack of the versioned command; payloads stay raw bytes. */
export function encodeCommand(command: Command): Uint8Array {
  return packApart(packr, versioned(command));
}

/** Total: whatever the bytes are, it answers, and every replica alike. */
export function decodeCommand(data: Uint8Array): ParsedCommand {
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
  const parsed = parseCommand(versioned(command));
  return parsed.ok ? null : parsed.error;
}

const TYPE_LENGTH_MAX = 64;
const typedSchema = z.tuple([z.unknown(), z.looseObject({ type: z.string() })]);

/** What an entry says that it is, for an operator; null: nothing that can be read. */
export function entryTypeOf(data: Uint8Array): string | null {
  try {
    const typed = typedSchema.safeParse(packr.unpack(data));
    return typed.success ? typed.data[1].type.slice(0, TYPE_LENGTH_MAX) : null;
  } catch {
    // No MessagePack: it has no type.
    return null;
  }
}
