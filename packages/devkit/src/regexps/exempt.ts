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

export const EXEMPTIONS: readonly Exemption[] = [
  {
    path: 'apps/cluster-node/src/effects/deliveries/failure-signature.ts',
    source: '"[^"]*"|\'[^\']*\'|\\{.*\\}',
    lengthMax: 2_000,
    why: 'an error text is cut to ERROR_TEXT_LENGTH_MAX where it enters',
  },
];

/** Read nothing but the files of this repository. */
export const REPOSITORY_TOOLS = 'packages/devkit/';
