/** Whose quota a refusal was about. */
export const QUOTA_SCOPES = ['user', 'address', 'agent', 'api_key'] as const;
export type QuotaScope = (typeof QUOTA_SCOPES)[number];
/** What there was too much of. */
export const QUOTA_RESOURCES = [
  'requests',
  'events',
  'bytes',
  'in_flight',
  'connections',
  'sockets',
  'streams',
  'sessions',
] as const;
export type QuotaResource = (typeof QUOTA_RESOURCES)[number];
