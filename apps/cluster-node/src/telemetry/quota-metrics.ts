/** Whose quota a refusal was about. */
export type QuotaScope = 'user' | 'address' | 'agent' | 'api_key';
/** What there was too much of. */
export type QuotaResource =
  | 'requests'
  | 'events'
  | 'bytes'
  | 'in_flight'
  | 'connections'
  | 'sockets'
  | 'streams'
  | 'sessions';
