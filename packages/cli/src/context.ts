/** A program of the same installation. */
export interface ProgramFile {
  readonly file: string;
  /** Options of Node that it needs. */
  readonly nodeOptions?: readonly string[];
}

/** What an installation has beside this command; null: it lacks it. */
export interface Programs {
  /** Becomes a node: loads the program into this process, so that signals and the supervisor see one process. */
  readonly startNode: (() => Promise<unknown>) | null;
  readonly restore: ProgramFile | null;
  readonly account: ProgramFile | null;
  readonly torture: ProgramFile | null;
}

/** What a command may touch besides its arguments, so that tests can stand in for all of it. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly fetch: typeof globalThis.fetch;
  readonly wallClockMs: () => number;
  readonly monotonicMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Other programs of this installation. */
  readonly programs: Programs;
  /** Runs a program to its end with this terminal; answers with its exit code. */
  readonly runProgram: (
    nodeArguments: readonly string[],
    env: Readonly<Record<string, string>>,
  ) => Promise<number>;
}
