/** The agents' registrations as the system group has them on this node. */
export interface AgentRecord {
  readonly id: string;
  readonly name: string;
  readonly originUrl: string;
  readonly webhookPath: string;
  readonly messageHistoryMode: 'tail' | 'last' | 'entire';
  readonly messageHistoryLimit: number;
  /** Until the first byte of an answer. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Null: as long as `timeoutMs`. */
  readonly idleTimeoutMs: number | null;
  /** Null: ten times `timeoutMs`. */
  readonly totalTimeoutMs: number | null;
  readonly debounceWindowMs: number;
  readonly whileAnswering: 'queue' | 'interrupt' | 'reject' | 'merge';
  readonly afterNodeLoss: 'retry' | 'seal';
  readonly headers: Readonly<Record<string, string>>;
  readonly status: 'enabled' | 'disabled';
  /** `whsec_<base64>`. */
  readonly secret: string;
  readonly insertedAtMs: number;
  readonly updatedAtMs: number;
}

/** What a registration has that was made before there was a choice. */
export const LATER_AGENT_SETTINGS = {
  connectTimeoutMs: 5_000,
  idleTimeoutMs: null,
  totalTimeoutMs: null,
  whileAnswering: 'queue',
  afterNodeLoss: 'retry',
} as const satisfies Partial<AgentRecord>;

/** The fields of a registration that may change. */
export type AgentPatch = {
  readonly [K in Exclude<keyof AgentRecord, 'id' | 'insertedAtMs' | 'updatedAtMs'>]?:
    | AgentRecord[K]
    | undefined;
};
