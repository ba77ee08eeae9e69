import { parseArgs } from 'node:util';
import { type DoctorOptions, examineAgent, TIMEOUT_MS_DEFAULT } from './examine-agent.ts';
import { formatReport } from './report.ts';

/** What `fleetlm-agent` prints for `--help` and after wrong arguments. */
export const USAGE = `Usage: fleetlm-agent doctor <url> [options]

Calls an endpoint as FleetLM calls an agent, reads its answer, and says what is right and wrong.

  --secret whsec_...     the agent's webhook secret (or WEBHOOK_SECRET in the environment)
  --header 'name: value' a header of the agent's registration; may be given several times
  --message 'text'       what the user says (default: Hello!)
  --timeout-ms 30000     to the first byte, and of silence in the answer
  --json                 the report as JSON

Exit code: 0 nothing is wrong, 1 something is, 2 the command was not understood.
`;

/** How the command ended: 0 healthy, 1 something is wrong with the agent, 2 wrong arguments. */
export interface CommandResult {
  readonly exitCode: 0 | 1 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

/** The whole command as a function: arguments and environment in, what to print and the exit code out. */
export async function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CommandResult> {
  const parsed = parseCommand(args, environment);
  if (parsed.type === 'help') return { exitCode: 0, stdout: USAGE, stderr: '' };
  if (parsed.type === 'misunderstood') {
    return { exitCode: 2, stdout: '', stderr: `${parsed.detail}\n\n${USAGE}` };
  }
  try {
    const report = await examineAgent(parsed.options);
    const stdout = parsed.json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report);
    return { exitCode: report.healthy ? 0 : 1, stdout, stderr: '' };
  } catch (error) {
    if (error instanceof TypeError)
      return { exitCode: 2, stdout: '', stderr: `${error.message}\n` };
    throw error;
  }
}

type ParsedCommand =
  | { readonly type: 'help' }
  | { readonly type: 'misunderstood'; readonly detail: string }
  | { readonly type: 'doctor'; readonly options: DoctorOptions; readonly json: boolean };

function parseCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ParsedCommand {
  const misunderstood = (detail: string): ParsedCommand => ({ type: 'misunderstood', detail });
  let line: ReturnType<typeof readArguments>;
  try {
    line = readArguments(args);
  } catch (error) {
    return misunderstood(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = line;
  const [command, url, ...rest] = positionals;
  if (values.help === true || command === undefined) return { type: 'help' };
  if (command !== 'doctor') return misunderstood(`there is no command "${command}"`);
  if (url === undefined || rest.length > 0) return misunderstood('doctor takes one address');
  const protocol = URL.parse(url)?.protocol;
  if (protocol !== 'http:' && protocol !== 'https:')
    return misunderstood(`"${url}" is not an http or https address`);
  const timeoutMs = Number(values['timeout-ms'] ?? TIMEOUT_MS_DEFAULT);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1)
    return misunderstood('--timeout-ms takes a whole number of milliseconds');
  const headers = readHeaders(values.header ?? []);
  if (headers === null) return misunderstood("--header takes 'name: value'");
  const secret = values.secret ?? environment.WEBHOOK_SECRET;
  const options: DoctorOptions = {
    url,
    secret: secret === undefined || secret === '' ? null : secret,
    headers,
    timeoutMs,
    ...(values.message === undefined ? {} : { text: values.message }),
  };
  return { type: 'doctor', options, json: values.json ?? false };
}

function readArguments(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      secret: { type: 'string' },
      header: { type: 'string', multiple: true },
      message: { type: 'string' },
      'timeout-ms': { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function readHeaders(lines: readonly string[]): Readonly<Record<string, string>> | null {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/.exec(line);
    if (match === null) return null;
    headers[(match[1] ?? '').toLowerCase()] = (match[2] ?? '').trim();
  }
  return headers;
}
