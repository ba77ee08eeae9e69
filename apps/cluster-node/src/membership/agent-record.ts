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
  /** Makes summaries of long conversations; null: they are not compacted. */
  readonly compactionWebhookUrl: string | null;
  /** What the agent's model can read. */
  readonly compactionTokenBudget: number | null;
  /** Of the budget: from there on a conversation is compacted. */
  readonly compactionTriggerRatio: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: 'enabled' | 'disabled';
  /** Sealed. */
  readonly secret: string;
  /** Signs, too, until then; null: there is none. */
  readonly previousSecret: { readonly secret: string; readonly untilMs: number } | null;
  readonly insertedAtMs: number;
  readonly updatedAtMs: number;
}

/** The fields of a registration that may change. */
export type AgentPatch = {
  readonly [K in Exclude<
    keyof AgentRecord,
    'id' | 'previousSecret' | 'insertedAtMs' | 'updatedAtMs'
  >]?: AgentRecord[K] | undefined;
};
