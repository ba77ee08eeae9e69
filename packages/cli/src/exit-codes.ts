/** How a command ends. Scripts decide on these; the numbers are those of sysexits.h, as far as it has one. */
export const EXIT = {
  ok: 0,
  no: 1,
  usage: 64,
  unreachable: 69,
  internal: 70,
  temporary: 75,
  wrongVersion: 76,
  unauthorized: 77,
  configuration: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command's own exit code, that of a program that it ran, or null: the process has become a node. */
export type CommandEnd = ExitCode | number | null;

/** What each means, for the reference. */
export const EXIT_MEANINGS: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: EXIT.ok, meaning: 'Done.' },
  {
    code: EXIT.no,
    meaning:
      'Answered, and the answer is no: a check failed, an operation was refused, failed or was cancelled, or what was named does not exist.',
  },
  { code: EXIT.usage, meaning: 'The command line is wrong.' },
  { code: EXIT.unreachable, meaning: 'No node answered at the address.' },
  { code: EXIT.internal, meaning: 'An internal error, of the command or of the node.' },
  {
    code: EXIT.temporary,
    meaning:
      'The cluster cannot do it now, or did not do it in time: no quorum, overloaded, timeout. Run it again.',
  },
  {
    code: EXIT.wrongVersion,
    meaning:
      'What answered is no FleetLM node, or one of a version that this command does not know.',
  },
  {
    code: EXIT.unauthorized,
    meaning: "The token is missing, was rejected, or is not an operator's.",
  },
  {
    code: EXIT.configuration,
    meaning: 'The configuration is wrong, or this installation lacks what the command needs.',
  },
];
