import type { Command } from 'commander';
import { fleetlmCommand } from './command-table.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';

/** For the page `docs/reference/cli.md`: a heading for each command with its arguments and options. */
export function commandReference(): string {
  return runnable(table())
    .map(({ command, path }) => commandSection(command, path))
    .join('\n');
}

/** For the same page: the options that every command has. */
export function globalOptionReference(): string {
  return optionTable(table());
}

/** For the same page: how commands end. */
export function exitCodeReference(): string {
  const rows = EXIT_MEANINGS.map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  return `| code | meaning |\n| --- | --- |\n${rows.join('\n')}`;
}

/** The commands as they are parsed; none of them is run. */
function table(): Command {
  const unused = (): never => {
    throw new Error('no command is run for the reference');
  };
  return fleetlmCommand(
    '0.0.0',
    {
      env: {},
      homeDirectory: '/',
      fetch: unused,
      wallClockMs: unused,
      monotonicMs: unused,
      pause: unused,
      write: unused,
      writeError: unused,
      programs: { startNode: null, restore: null, account: null, torture: null },
      runProgram: unused,
    },
    unused,
  );
}

interface Runnable {
  readonly command: Command;
  readonly path: string;
}

/** Commands that do something: those that only hold others are in their paths. */
function runnable(command: Command, path = ''): readonly Runnable[] {
  return command.commands.flatMap((sub) => {
    const own = path === '' ? sub.name() : `${path} ${sub.name()}`;
    return sub.commands.length > 0 ? runnable(sub, own) : [{ command: sub, path: own }];
  });
}

function commandSection(command: Command, path: string): string {
  const names = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const usage = ['fleetlm', path, ...names].join(' ');
  const described = command.registeredArguments
    .map((argument, at) => `- \`${names[at]}\`: ${argument.description}`)
    .join('\n');
  return [
    `### \`${usage}\`\n`,
    `${command.description()}\n`,
    ...(described === '' ? [] : [`${described}\n`]),
    ...(command.options.length === 0 ? [] : [`${optionTable(command)}\n`]),
  ].join('\n');
}

function optionTable({ options }: Command): string {
  const rows = options.map(({ flags, description, mandatory, defaultValue }) => {
    const more = [
      ...(mandatory ? ['needed'] : []),
      ...(defaultValue === undefined ? [] : [`default: ${String(defaultValue)}`]),
    ];
    const note = more.length === 0 ? '' : ` (${more.join(', ')})`;
    return `| \`${flags}\` | ${description}${note} |`;
  });
  return `| option | |\n| --- | --- |\n${rows.join('\n')}`;
}
