/** What operators can ask of the cluster. */
export const OPERATION_KINDS = [
  'join',
  'drain',
  'undrain',
  'remove',
  'replace',
  'transfer',
  'rebalance',
] as const;

/** What the audit has: operations, and entries that were taken out of a stalled group. */
export const AUDIT_KINDS = [...OPERATION_KINDS, 'revive'] as const;

/** How far an operation is; the last three are final. */
export const OPERATION_STATES = ['running', 'done', 'failed', 'cancelled'] as const;
