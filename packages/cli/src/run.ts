import { CommanderError } from 'commander';
import { fleetlmCommand } from './command-table.ts';
import type { CommandContext } from './context.ts';
import { type CommandEnd, EXIT, type ExitCode } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';

/** One command line, from its arguments to its exit code. Never rejects. */
export async function runCommand(
  args: readonly string[],
  version: string,
  context: CommandContext,
): Promise<CommandEnd> {
  let end: CommandEnd = EXIT.ok;
  const command = fleetlmCommand(version, context, (code) => {
    end = code;
  });
  try {
    await command.parseAsync([...args], { from: 'user' });
    return end;
  } catch (error) {
    return describeFailure(error, args.includes('--json'), context);
  }
}

function describeFailure(
  error: unknown,
  isJson: boolean,
  { write, writeError }: CommandContext,
): ExitCode {
  if (error instanceof CommanderError)
    // Help and the version have been written; a wrong command line has been explained.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CommandFailure) {
    const { exitCode, message, advice } = error;
    if (isJson) write(`${JSON.stringify({ error: { exit_code: exitCode, message, advice } })}\n`);
    writeError(`fleetlm: ${message}\n${advice === null ? '' : `${advice}\n`}`);
    return exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  writeError(`fleetlm: internal error: ${text}\n`);
  return EXIT.internal;
}
