/** The agents' registrations as the system group has them on this node. */
export interface AgentRecord {
  readonly id: string;
  readonly name: string;
  readonly originUrl: string;
  readonly webhookPath: string;
  readonly messageHistoryMode: 'tail' | 'last' | 'entire';
  readonly messageHistoryLimit: number;
  readonly timeoutMs: number;
  readonly debounceWindowMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: 'enabled' | 'disabled';
  /** `whsec_<base64>`. */
  readonly secret: string;
  readonly insertedAtMs: number;
  readonly updatedAtMs: number;
}

/** The fields of a registration that may change. */
export type AgentPatch = {
  readonly [K in Exclude<keyof AgentRecord, 'id' | 'insertedAtMs' | 'updatedAtMs'>]?:
    | AgentRecord[K]
    | undefined;
};
