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
/** Part of the gateway in which an exception ended one request or connection. */
export type GatewayComponent = 'rest' | 'stream' | 'socket' | 'admin' | 'listener';
