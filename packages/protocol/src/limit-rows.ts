/** Where an input enters, or between which stages it passes. */
export const LIMIT_EDGES = [
  'REST',
  'Sockets',
  'Connections and identity',
  'Quotas',
  'Chat',
  'Files',
  'Registration of agents',
  'Calls to agents',
  'Answers of agents',
  'Replies',
  'Conversations',
  'Pages and live events',
  'Mesh',
  'Log and snapshots',
  'Archive and search',
  'Events',
  'Configuration',
  'Operations port',
  'Command line',
  'Client and SDK',
  'Web app',
] as const;
export type LimitEdge = (typeof LIMIT_EDGES)[number];

/** What a limit counts. Characters are UTF-16 code units. */
export type LimitUnit =
  | 'bytes'
  | 'bytes a second'
  | 'characters'
  | 'a second'
  | 'a minute'
  | 'ms'
  | 's'
  | 'levels'
  | 'entries';

/** A test that sends what is at the limit, and beyond it. */
export interface LimitTest {
  /** From the repository's root. */
  readonly file: string;
  /** As it stands in the file; of a test that is made of a table, the part that does not vary. */
  readonly title: string;
}

/** The bound of one input. */
export interface LimitRow {
  readonly edge: LimitEdge;
  /** What is bounded, in plain words; unique. */
  readonly input: string;
  /** The constant or variable. */
  readonly name: string;
  readonly value: number;
  readonly unit: LimitUnit;
  /** The file that compares with it, from the repository's root. */
  readonly enforcedIn: string;
  /** What becomes of an input beyond it: an error, a close, a cut, a wait. */
  readonly answer: string;
  /** `boundary`: the generated test at limit - 1, limit and limit + 1. */
  readonly test: LimitTest | 'boundary';
}

/** A row as it is written: the limit is the constant itself, under its name. */
export interface WrittenLimit {
  readonly input: string;
  readonly limit: Readonly<Record<string, number>>;
  readonly unit: LimitUnit;
  readonly in: string;
  readonly answer: string;
  /** `<file> > <title>` below the folder of the rows, or `boundary`. */
  readonly test: string;
}

/** The rows of one edge; `in` and the files of tests are below `folder`. Throws when a row names no limit, or several. */
export function limitRows(
  edge: LimitEdge,
  folder: string,
  written: readonly WrittenLimit[],
): readonly LimitRow[] {
  return written.map(({ input, limit, unit, in: file, answer, test }) => {
    const [entry, ...others] = Object.entries(limit);
    if (entry === undefined || others.length > 0)
      throw new Error(`the row "${input}" needs exactly one limit`);
    const [name, value] = entry;
    const at = (path: string): string => (/^(apps|packages)\//.test(path) ? path : folder + path);
    return { edge, input, name, value, unit, enforcedIn: at(file), answer, test: testOf(test, at) };
  });
}

function testOf(text: string, at: (path: string) => string): LimitTest | 'boundary' {
  if (text === 'boundary') return text;
  const split = text.indexOf(' > ');
  return { file: at(text.slice(0, split)), title: text.slice(split + 3) };
}
