import { EXIT, type ExitCode } from './exit-codes.ts';

/** Why a command ends without success: what happened, what to do about it, and the exit code. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;
  readonly advice: string | null;

  constructor(exitCode: ExitCode, message: string, advice: string | null = null) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
    this.advice = advice;
  }
}

export function usageFailure(message: string): CommandFailure {
  return new CommandFailure(EXIT.usage, message);
}
