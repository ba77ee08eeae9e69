import type { Command } from 'commander';
import { usageFailure } from './failure.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What can follow a command: its subcommands and its options, those of the whole command line included. */
interface Completed {
  /** `group show`; empty: the beginning. */
  readonly path: string;
  readonly subcommands: readonly Command[];
  readonly options: readonly string[];
}

/** The script that makes a shell complete the command. Throws a CommandFailure for a shell that has none. */
export function completionScript(shell: string, root: Command): string {
  const completed = completedOf(root, root, '');
  switch (shell) {
    case 'bash':
      return bash(completed);
    case 'zsh':
      return zsh(completed);
    case 'fish':
      return fish(completed);
    default:
      throw usageFailure(`there is no completion for ${shell}: use ${SHELLS.join(', ')}`);
  }
}

function completedOf(command: Command, root: Command, path: string): readonly Completed[] {
  const options = [...(command === root ? [] : command.options), ...root.options];
  const flags = options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long]));
  return [
    { path, subcommands: command.commands, options: [...flags, '--help'] },
    ...command.commands.flatMap((sub) =>
      completedOf(sub, root, path === '' ? sub.name() : `${path} ${sub.name()}`),
    ),
  ];
}

const words = ({ subcommands, options }: Completed): string =>
  [...subcommands.map((sub) => sub.name()), ...options].join(' ');

/** The same in bash and zsh: which command the words so far name. */
function followPath(completed: readonly Completed[]): string {
  const paths = completed.flatMap(({ path }) => (path === '' ? [] : [`"${path}"`]));
  return `    case "\${at:+$at }$word" in
      ${paths.join('|')}) at="\${at:+$at }$word" ;;
    esac`;
}

function bash(completed: readonly Completed[]): string {
  const cases = completed.map((entry) => `    "${entry.path}") words="${words(entry)}" ;;`);
  return `# fleetlm completion for bash: eval "$(fleetlm completion bash)"
_fleetlm() {
  local at="" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${followPath(completed)}
  done
  case "$at" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _fleetlm fleetlm
`;
}

function zsh(completed: readonly Completed[]): string {
  const cases = completed.map((entry) => `    "${entry.path}") compadd -- ${words(entry)} ;;`);
  return `#compdef fleetlm
# fleetlm completion for zsh: eval "$(fleetlm completion zsh)", after compinit
_fleetlm() {
  local at="" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
${followPath(completed)}
  done
  case "$at" in
${cases.join('\n')}
  esac
}
compdef _fleetlm fleetlm
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;

function fish(completed: readonly Completed[]): string {
  const lines = completed.flatMap(({ path, subcommands, options }) => {
    const when = conditionOf(path, subcommands);
    return [
      ...subcommands.map(
        (sub) =>
          `complete -c fleetlm -f -n ${quoted(when)} -a ${sub.name()} -d ${quoted(sub.description())}`,
      ),
      ...options.map((option) => `complete -c fleetlm -f -n ${quoted(when)} -l ${option.slice(2)}`),
    ];
  });
  return `# fleetlm completion for fish: fleetlm completion fish | source\n${lines.join('\n')}\n`;
}

/** When the words so far name the command, and none of its subcommands. */
function conditionOf(path: string, subcommands: readonly Command[]): string {
  const seen = path
    .split(' ')
    .filter((name) => name !== '')
    .map((name) => `__fish_seen_subcommand_from ${name}`);
  const names = subcommands.map((sub) => sub.name()).join(' ');
  const unseen = names === '' ? [] : [`not __fish_seen_subcommand_from ${names}`];
  return [...seen, ...unseen].join('; and ');
}
