import type { CommandContext } from '../context.ts';
import type { CommandEnd } from '../exit-codes.ts';
import { runCommand } from '../run.ts';

export interface CliRun {
  readonly code: CommandEnd;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line against what stands in for a node; without a terminal, files and other programs. */
export async function runCli(
  args: readonly string[],
  context: Partial<CommandContext> = {},
): Promise<CliRun> {
  let stdout = '';
  let stderr = '';
  const none = { startNode: null, restore: null, account: null, torture: null };
  const code = await runCommand(args, '1.2.3', {
    env: { FLEETLM_TOKEN: 'token' },
    homeDirectory: '/nowhere/at/all',
    fetch: () => Promise.reject(new Error('no node stands in')),
    wallClockMs: () => 0,
    monotonicMs: () => 0,
    pause: async () => undefined,
    write: (text) => {
      stdout += text;
    },
    writeError: (text) => {
      stderr += text;
    },
    programs: none,
    runProgram: async () => 0,
    ...context,
  });
  return { code, stdout, stderr };
}

/** A node that answers every call alike. */
export function answering(status: number, body: unknown): typeof globalThis.fetch {
  return async () =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
}
