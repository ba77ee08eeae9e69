import { writeFileSync } from 'node:fs';
import * as z from 'zod';
import { type HttpConnection, jsonOf } from '../connection/http-connection.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { CALL_TIMEOUT_MS } from '../limits.ts';
import type { CommandResult } from './command.ts';

const levelSchema = z.strictObject({ level: z.string(), until: z.string().nullable() });

async function exchange(
  ops: HttpConnection,
  call: Parameters<HttpConnection['exchange']>[0],
): Promise<string> {
  ops.requireToken();
  const answer = await ops.exchange(call);
  if (answer.status !== 200) throw ops.refused(answer);
  return answer.text;
}

/** Has a node profile itself, and writes the profile to a file. */
export async function profile(
  ops: HttpConnection,
  kind: string,
  { seconds, output }: { readonly seconds: number; readonly output?: string },
): Promise<CommandResult> {
  const text = await exchange(ops, {
    method: 'POST',
    path: `/debug/profiles/${encodeURIComponent(kind)}`,
    query: { seconds: String(seconds) },
    timeoutMs: seconds * 1000 + CALL_TIMEOUT_MS,
  });
  const file = output ?? `fleetlm.${kind}profile`;
  try {
    writeFileSync(file, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(EXIT.no, `the profile was not written: ${why}`);
  }
  return {
    json: { file, bytes: Buffer.byteLength(text) },
    text: `${file}: open it in the developer tools of a browser\n`,
  };
}

/** Shows what a node logs, or changes it, for a time or until it starts again. */
export async function logLevel(
  ops: HttpConnection,
  level: string | undefined,
  { seconds }: { readonly seconds?: number },
): Promise<CommandResult> {
  const query = {
    level: level ?? '',
    ...(seconds === undefined ? {} : { seconds: String(seconds) }),
  };
  const text = await exchange(
    ops,
    level === undefined
      ? { method: 'GET', path: '/debug/log-level' }
      : { method: 'PUT', path: '/debug/log-level', query },
  );
  const parsed = levelSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw ops.unknown('no log level');
  const { level: current, until } = parsed.data;
  return {
    json: parsed.data,
    text: `${current}${until === null ? '' : ` until ${until}`}\n`,
  };
}
