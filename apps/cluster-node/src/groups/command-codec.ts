import { type Command, parseCommand, versioned } from '@fleetlm/conversation';
import { Packr } from 'msgpackr';

const packr = new Packr({ useRecords: false });

/** A committed entry that this version can't read: applying it any other way would split the replicas. */
export class UnknownCommandError extends Error {
  constructor(detail: string, options?: { readonly cause: unknown }) {
    super(`An entry of the log can't be applied: ${detail}`, options);
    this.name = 'UnknownCommandError';
  }
}

/** The form in the log: MessagePack of the versioned command; payloads stay raw bytes. */
export function encodeCommand(command: Command): Uint8Array {
  return packr.pack(versioned(command));
}

/** Throws an UnknownCommandError. */
export function decodeCommand(data: Uint8Array): Command {
  let plain: unknown;
  try {
    plain = packr.unpack(data);
  } catch (error) {
    throw new UnknownCommandError('it is not MessagePack', { cause: error });
  }
  const parsed = parseCommand(plain);
  if (!parsed.ok) throw new UnknownCommandError(parsed.error);
  return parsed.command;
}
