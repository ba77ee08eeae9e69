/**
 * Scenario scripts: prose, commands and the trace that each command leaves.
 *
 *     # A story in comments.
 *     > campaign 1
 *     ... what happened, compared word for word
 *
 * A command runs from "> " to the end of its line; its trace is everything up to the next empty line.
 */
export interface ScriptStep {
  /** Comments and empty lines before the command, as written. */
  readonly prose: readonly string[];
  readonly command: string;
  readonly trace: readonly string[];
}

export interface Script {
  readonly steps: readonly ScriptStep[];
  /** What stands behind the last trace. */
  readonly epilogue: readonly string[];
}

export function parseScript(text: string): Script {
  const steps: ScriptStep[] = [];
  let prose: string[] = [];
  let current: { prose: string[]; command: string; trace: string[] } | null = null;
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('> ')) {
      if (current !== null) steps.push(current);
      current = { prose, command: line.slice(2), trace: [] };
      prose = [];
    } else if (current === null) {
      prose.push(line);
    } else if (line === '') {
      steps.push(current);
      current = null;
      prose.push(line);
    } else {
      current.trace.push(line);
    }
  }
  if (current !== null) steps.push(current);
  return { steps, epilogue: prose };
}

export function printScript({ steps, epilogue }: Script): string {
  const lines = steps.flatMap(({ prose, command, trace }) => [...prose, `> ${command}`, ...trace]);
  return `${[...lines, ...epilogue].join('\n').trimEnd()}\n`;
}

/** A command's words: its name, plain arguments, and `key=value` options; `(1,2)` is a list of numbers. */
export class Words {
  readonly name: string;
  readonly plain: readonly string[];
  readonly #options: ReadonlyMap<string, string>;
  readonly #command: string;

  constructor(command: string) {
    const [name = '', ...rest] = command.split(/\s+/);
    this.#command = command;
    this.name = name;
    this.plain = rest.filter((word) => !word.includes('='));
    this.#options = new Map(
      rest
        .filter((word) => word.includes('='))
        .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
    );
  }

  /** Throws on a word that no command knows: a typing error must not pass as a scenario. */
  allow(...keys: readonly string[]): void {
    for (const key of this.#options.keys()) {
      if (!keys.includes(key)) throw new Error(`"${this.#command}": unknown option ${key}`);
    }
  }

  number(at: number): number {
    return this.#parse(this.plain[at] ?? '');
  }

  option(key: string): string | undefined {
    return this.#options.get(key);
  }

  numberOption(key: string, otherwise: number): number {
    const value = this.#options.get(key);
    return value === undefined ? otherwise : this.#parse(value);
  }

  list(key: string): readonly number[] {
    const inner = /^\(([\d,]*)\)$/.exec(this.#options.get(key) ?? '()')?.[1];
    if (inner === undefined) throw new Error(`"${this.#command}": ${key} is not a list`);
    return inner === '' ? [] : inner.split(',').map((word) => this.#parse(word));
  }

  #parse(word: string): number {
    if (!/^\d+$/.test(word)) throw new Error(`"${this.#command}": "${word}" is not a number`);
    return Number(word);
  }
}
