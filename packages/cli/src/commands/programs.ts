import process from 'node:process';
import type { CommandContext, ProgramFile } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';

/** Loads the node into this process. Resolves once it has begun; the process ends as a node does. */
export async function startNode(
  { programs }: CommandContext,
  { envFile }: { readonly envFile?: string },
): Promise<void> {
  if (programs.startNode === null) throw lacking('start', 'the node');
  if (envFile !== undefined) {
    try {
      // What is set already stands over the file.
      process.loadEnvFile(envFile);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandFailure(EXIT.configuration, `--env-file ${envFile}: ${why}`);
    }
  }
  await programs.startNode();
}

/** Runs a program of this installation to its end; its exit code is the command's. */
export function runInstalled(
  context: CommandContext,
  name: 'restore' | 'account' | 'torture',
  args: readonly string[],
): Promise<number> {
  const program: ProgramFile | null = context.programs[name];
  if (program === null) throw lacking(name, WHERE[name]);
  return context.runProgram([...(program.nodeOptions ?? []), program.file, ...args], {});
}

const WHERE = {
  restore: 'the artefact of a node',
  account: 'the artefact of the web app (its folder is named by FLEETLM_WEB_DIR)',
  torture: 'a clone of the repository',
} as const;

function lacking(name: string, where: string): CommandFailure {
  return new CommandFailure(
    EXIT.configuration,
    `${name}: this installation has no program for it`,
    `It is part of ${where}.`,
  );
}

/** The options that were given, as the program reads them. */
export function passedOn(options: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
}
