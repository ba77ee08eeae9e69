/** Regular expressions that may take more than linear time, each with the bound of its input and why that is enough. */
export interface Exemption {
  readonly path: string;
  readonly source: string;
  /** The longest input, in UTF-16 code units. */
  readonly lengthMax: number;
  readonly why: string;
}

/** The longest input that an exemption may name: a quadratic one takes about a millisecond on it. */
export const EXEMPT_LENGTH_MAX = 4_096;

export const EXEMPTIONS: readonly Exemption[] = [];

/** Read nothing but the files of this repository. */
export const REPOSITORY_TOOLS = 'packages/devkit/';
