import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { ClientCommand, CommandResult } from './commands/command.ts';
import { doctor } from './commands/doctor.ts';
import { eraseSession, eraseUser } from './commands/erase.ts';
import {
  audit,
  flush,
  reviveGroup,
  showGroup,
  snapshotGroup,
  transferGroup,
} from './commands/groups.ts';
import {
  type BeginOptions,
  begin,
  cancel,
  list,
  type OperationRequest,
  show,
} from './commands/operations.ts';
import { logLevel, profile } from './commands/process.ts';
import { passedOn, runInstalled, startNode } from './commands/programs.ts';
import { status } from './commands/status.ts';
import { completionScript, SHELLS } from './completion.ts';
import { HttpConnection } from './connection/http-connection.ts';
import { NodeClient } from './connection/node-client.ts';
import {
  type ConnectionOptions,
  connectionSettings,
  OPS_URL_DEFAULT,
  URL_DEFAULT,
} from './connection/settings.ts';
import type { CommandContext } from './context.ts';
import type { CommandEnd } from './exit-codes.ts';
import { WAIT_S_DEFAULT, WAIT_S_MAX } from './limits.ts';

interface GlobalOptions extends ConnectionOptions {
  readonly json?: boolean;
}

/** Every command with its arguments and options: parsed, explained by `--help`, completed and documented from here. */
export function fleetlmCommand(
  version: string,
  context: CommandContext,
  ended: (code: CommandEnd) => void,
): Command {
  const root = new Command('fleetlm')
    .description('Operates a FleetLM cluster.')
    .version(version)
    // Inherited by the commands that are added below.
    .exitOverride()
    .configureOutput({ writeOut: context.write, writeErr: context.writeError })
    .showHelpAfterError('Run it with --help to see its arguments and options.')
    .option('--url <url>', `any node of the cluster (FLEETLM_URL; default: ${URL_DEFAULT})`)
    .option(
      '--token <token>',
      "the API key or an admin's token (better in FLEETLM_TOKEN or API_KEY: other users see command lines)",
    )
    .option('--json', 'prints one JSON document')
    .addHelpText('after', `\n${CONFIGURED}`);

  /** A command that asks a node, and prints its answer. */
  const asks = <O extends object>(
    run: (to: ClientCommand, options: O, args: readonly string[]) => Promise<CommandResult>,
  ) =>
    async function act(this: Command): Promise<void> {
      const options = this.optsWithGlobals<O & GlobalOptions>();
      const { url, opsUrl, token } = connectionSettings(
        options,
        context.env,
        context.homeDirectory,
      );
      const { fetch } = context;
      const client = new NodeClient(
        new HttpConnection({ url, token, fetch, version, urlAdvice: SET_URL }),
      );
      const ops = new HttpConnection({
        url: opsUrl,
        token,
        fetch,
        version,
        urlAdvice: SET_OPS_URL,
      });
      const { json, text, exitCode } = await run({ client, ops, context }, options, this.args);
      context.write(options.json === true ? `${JSON.stringify(json, null, 2)}\n` : text);
      if (exitCode !== undefined) ended(exitCode);
    };

  addLooks(root, asks);
  addOperations(root, asks);
  addGroups(root, asks);
  addErasure(root, asks);
  addProcess(root, asks);
  addPrograms(root, context, ended);
  root
    .command('completion')
    .description('Prints the completion script of a shell.')
    .argument('<shell>', SHELLS.join(', '))
    .action((shell: string) => context.write(completionScript(shell, root)));
  return root;
}

type Asks = <O extends object>(
  run: (to: ClientCommand, options: O, args: readonly string[]) => Promise<CommandResult>,
) => (this: Command) => Promise<void>;

const SET_URL = 'Name a node with --url or FLEETLM_URL, for example --url http://127.0.0.1:4001.';
const SET_OPS_URL =
  'Name the operations port of a node (OPS_PORT) with --ops-url or FLEETLM_OPS_URL, for example --ops-url http://127.0.0.1:4301.';

const CONFIGURED = `The address and the token are read from the options, else from FLEETLM_URL and FLEETLM_TOKEN (or API_KEY), else from
{"url": "...", "token": "..."} in ~/.config/fleetlm/config.json (FLEETLM_CONFIG names another file).`;

function addLooks(root: Command, asks: Asks): void {
  root
    .command('status')
    .description('Shows nodes, groups in numbers, and whether a node can be lost now.')
    .option('--groups', 'lists every group, too')
    .action(asks(status));
  root
    .command('doctor')
    .description(
      'Checks the cluster, and says what is wrong and what to do. Exit code 1: something is.',
    )
    .action(asks((to) => doctor(to)));
  root
    .command('audit')
    .description('Prints who began, ended and decided what; newest first.')
    .action(asks((to) => audit(to)));
}

function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value < 1 || value > WAIT_S_MAX)
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${WAIT_S_MAX}.`);
  return value;
}

const waitOption = (): Option =>
  new Option('--wait', 'follows it to its end: exit code 0 when it is done, 1 when it failed');
const timeoutOption = (): Option =>
  new Option('--timeout <seconds>', 'how long --wait waits')
    .argParser(seconds)
    .default(WAIT_S_DEFAULT);

function addOperations(root: Command, asks: Asks): void {
  const beginning = (name: string, description: string): Command =>
    root
      .command(name)
      .description(description)
      .option('--dry-run', 'shows what it would move, and begins nothing')
      .option('--yes', 'begins it although its plan has warnings')
      .addOption(waitOption())
      .addOption(timeoutOption());
  const ofNode = (
    kind: Exclude<OperationRequest['kind'], 'rebalance' | 'transfer'>,
    what: string,
  ) =>
    beginning(kind, what)
      .argument('<node>', 'the name of a node')
      .action(
        asks((to, options: BeginOptions, [node = '']) =>
          begin(to, { kind, node_id: node }, options),
        ),
      );
  ofNode('drain', 'Moves leaders and replicas away from a node, so that it can be stopped.');
  ofNode('undrain', 'Gives a drained node its replicas back.');
  ofNode('remove', 'Takes a node out of the cluster for good.');
  ofNode('replace', 'Makes the replicas of a lost node anew on others.');
  beginning('rebalance', 'Spreads leaderships evenly.').action(
    asks((to, options: BeginOptions) => begin(to, { kind: 'rebalance' }, options)),
  );

  const operations = root.command('operations').description('Lists, shows and cancels operations.');
  operations
    .command('list', { isDefault: true })
    .description('Lists what is being done to the cluster, and what was done; newest first.')
    .action(asks((to) => list(to)));
  operations
    .command('show')
    .description('Shows how far an operation is, and what it waits for.')
    .argument('<id>', 'the id of an operation')
    .addOption(waitOption())
    .addOption(timeoutOption())
    .action(
      asks((to, options: { readonly wait?: boolean; readonly timeout: number }, [id = '']) =>
        show(to, id, options),
      ),
    );
  operations
    .command('cancel')
    .description('Ends an operation before it is done. What has moved stays.')
    .argument('<id>', 'the id of an operation')
    .action(asks((to, _options: object, [id = '']) => cancel(to, id)));
}

const GROUP = ['<group>', 'the number of a group'] as const;

function addGroups(root: Command, asks: Asks): void {
  root
    .command('transfer')
    .description('Hands the leadership of a group to another of its voters.')
    .argument(...GROUP)
    .argument('<node>', 'the name of a node')
    .action(
      asks((to, _options: object, [group = '', node = '']) => transferGroup(to, group, node)),
    );
  root
    .command('flush')
    .description('Writes what is not in Postgres yet, now.')
    .action(asks((to) => flush(to)));
  const group = root.command('group').description('Shows and repairs a group.');
  group
    .command('show')
    .description('Shows the replicas of a group, and the entry that it is stalled at.')
    .argument(...GROUP)
    .action(asks((to, _options: object, [number = '']) => showGroup(to, number)));
  group
    .command('revive')
    .description(
      'Has every replica skip the entry that all of them are stalled at. What it would have done is lost.',
    )
    .argument(...GROUP)
    .requiredOption('--index <index>', 'the index of the entry')
    .requiredOption('--term <term>', 'its term')
    .requiredOption('--digest <digest>', 'its SHA-256 digest')
    .action(
      asks(
        (
          to,
          options: { readonly index: string; readonly term: string; readonly digest: string },
          [number = ''],
        ) => reviveGroup(to, number, options),
      ),
    );
  group
    .command('snapshot')
    .description(
      'Has the replica on the node that is asked save a snapshot, so that old segments can go.',
    )
    .argument(...GROUP)
    .action(asks((to, _options: object, [number = '']) => snapshotGroup(to, number)));
}

/** What the operations port of one node shows and changes. */
function addProcess(root: Command, asks: Asks): void {
  const ofProcess = (name: string, description: string): Command =>
    root
      .command(name)
      .description(description)
      .option(
        '--ops-url <url>',
        `the operations port of the node (FLEETLM_OPS_URL; default: ${OPS_URL_DEFAULT})`,
      );
  ofProcess(
    'profile',
    'Has a node profile itself while it serves, and writes the profile to a file.',
  )
    .addArgument(
      new Argument('<kind>', 'where time goes, or what allocated the memory in use').choices([
        'cpu',
        'heap',
      ]),
    )
    .addOption(
      new Option('--seconds <seconds>', 'for how long, at most 60').argParser(seconds).default(10),
    )
    .option('--output <file>', 'where to write it (default: fleetlm.<kind>profile)')
    .action(
      asks((to, options: { readonly seconds: number; readonly output?: string }, [kind = '']) =>
        profile(to.ops, kind, options),
      ),
    );
  ofProcess('log-level', 'Shows what a node logs, or changes it.')
    .argument('[level]', 'trace, debug, info, warn, error, fatal or silent')
    .addOption(
      new Option(
        '--seconds <seconds>',
        'until it is as configured again; else until the next start',
      ).argParser(seconds),
    )
    .action(
      asks((to, options: { readonly seconds?: number }, [level]) =>
        logLevel(to.ops, level, options),
      ),
    );
}

function addErasure(root: Command, asks: Asks): void {
  const erase = root.command('erase').description('Erases conversations for good.');
  const erasing = (name: string, description: string): Command =>
    erase
      .command(name)
      .description(description)
      .option('--yes', 'erases; without it nothing is erased, and the exit code is 1');
  erasing(
    'session',
    'Erases a conversation: messages, metadata, answers and deliveries, also from the archive.',
  )
    .argument('<session>', 'the id of a session')
    .action(
      asks((to, options: { readonly yes?: boolean }, [id = '']) => eraseSession(to, options, id)),
    );
  erasing(
    'user',
    'Erases every conversation of a user. Its account in the web app is removed there.',
  )
    .argument('<user>', 'the id of a user')
    .action(
      asks((to, options: { readonly yes?: boolean }, [user = '']) => eraseUser(to, options, user)),
    );
}

/** What runs here, not in the cluster. */
function addPrograms(
  root: Command,
  context: CommandContext,
  ended: (code: CommandEnd) => void,
): void {
  root
    .command('start')
    .description('Starts a node in this process, configured by the environment.')
    .option('--env-file <file>', 'a file of NAME=value lines; what is set already stands over it')
    .action(async (options: { readonly envFile?: string }) => {
      await startNode(context, options);
      ended(null);
    });
  root
    .command('restore')
    .description(
      'Makes data directories from Postgres alone (DATABASE_URL, DATA_DIR), when all disks are lost.',
    )
    .option('--cluster <id>', 'which cluster, where the database has several')
    .option('--gap <numbers>', 'numbers left void in front of the next message of each session')
    .action(async (options: Readonly<Record<string, string | undefined>>) => {
      ended(await runInstalled(context, 'restore', passedOn(options)));
    });
  root
    .command('account')
    .description('Adds an account to the web app (DATABASE_URL), such as the first admin.')
    .requiredOption('--email <email>', 'the address to sign in with')
    .option('--name <name>', 'the name to show')
    .option('--role <role>', 'user or admin')
    .action(async (options: Readonly<Record<string, string | undefined>>) => {
      ended(await runInstalled(context, 'account', passedOn(options)));
    });
  root
    .command('torture')
    .description(
      'Breaks a cluster of its own for minutes, and proves that nothing was lost. In a clone only.',
    )
    .argument('[options...]', 'after --, as npm run torture takes them')
    .action(async (options: readonly string[]) => {
      ended(await runInstalled(context, 'torture', options));
    });
}
