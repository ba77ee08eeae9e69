import type { QuotaResource, QuotaScope } from '../../telemetry/quota-metrics.ts';
import { FAILED_AUTHENTICATION_COST, QUOTA_KEYS_MAX } from '../limits.ts';
import { RequestError } from '../request-error.ts';
import type { Identity } from './identity.ts';
import { type RateLimit, TokenBuckets } from './token-bucket.ts';

/** What one user, one address, one agent and the API key may use of one node. */
export interface QuotaSettings {
  readonly userRequestsPerS: number;
  readonly userEventsPerS: number;
  readonly userBytesPerS: number;
  readonly userInFlight: number;
  readonly userSockets: number;
  readonly userStreams: number;
  readonly userSessionsPerMinute: number;
  readonly addressRequestsPerS: number;
  readonly addressSockets: number;
  readonly addressStreams: number;
  readonly addressConnections: number;
  readonly apiKeyRequestsPerS: number;
  readonly apiKeyBytesPerS: number;
  readonly apiKeyInFlight: number;
  readonly agentRequestsPerS: number;
}

/** Gives back what was acquired; calling it again does nothing. */
export type Release = () => void;

export interface QuotaOptions {
  readonly settings: QuotaSettings;
  readonly refused: (scope: QuotaScope, resource: QuotaResource) => void;
  readonly nowMs: () => number;
}

/** Who uses something, and from where. */
export interface Caller {
  readonly identity: Identity;
  readonly address: string;
}

/**
 * Quotas of one node. A rate is a token bucket with a burst of two seconds; a number in use is counted. Every refusal
 * is `rate_limited`, says when to come back, and is counted.
 */
export class Quotas {
  readonly #options: QuotaOptions;
  readonly #userRequests: TokenBuckets;
  readonly #userEvents: TokenBuckets;
  readonly #userBytes: TokenBuckets;
  readonly #userSessions: TokenBuckets;
  readonly #addressRequests: TokenBuckets;
  readonly #apiKeyRequests: TokenBuckets;
  readonly #apiKeyBytes: TokenBuckets;
  readonly #agentRequests: TokenBuckets;
  readonly #inUse = new Map<string, number>();

  constructor(options: QuotaOptions) {
    this.#options = options;
    const { settings } = options;
    const buckets = (perSecond: number): TokenBuckets =>
      new TokenBuckets(twoSeconds(perSecond), QUOTA_KEYS_MAX);
    this.#userRequests = buckets(settings.userRequestsPerS);
    this.#userEvents = buckets(settings.userEventsPerS);
    this.#userBytes = buckets(settings.userBytesPerS);
    this.#userSessions = new TokenBuckets(
      { perSecond: settings.userSessionsPerMinute / 60, burst: settings.userSessionsPerMinute },
      QUOTA_KEYS_MAX,
    );
    this.#addressRequests = buckets(settings.addressRequestsPerS);
    this.#apiKeyRequests = buckets(settings.apiKeyRequestsPerS);
    this.#apiKeyBytes = buckets(settings.apiKeyBytesPerS);
    this.#agentRequests = buckets(settings.agentRequestsPerS);
  }

  /** Before anybody is known. */
  takeAnonymousRequest(address: string): void {
    this.#take(this.#addressRequests, address, 1, 'address', 'requests');
  }

  /** A token that did not verify has cost a signature: guessing uses up the address's quota sooner. */
  chargeFailedAuthentication(address: string): void {
    const nowMs = this.#options.nowMs();
    this.#addressRequests.of(address, nowMs).charge(nowMs, FAILED_AUTHENTICATION_COST);
  }

  /** A REST request and the bytes of its body; to be released when its response is over. */
  acquireRequest(identity: Identity, bytes: number): Release {
    const { settings } = this.#options;
    if (identity.type === 'user') {
      const { userId } = identity;
      this.#take(this.#userRequests, userId, 1, 'user', 'requests');
      this.#take(this.#userBytes, userId, bytes, 'user', 'bytes');
      return this.#acquire(userId, settings.userInFlight, 'user', 'in_flight');
    }
    this.#take(this.#apiKeyRequests, '', 1, 'api_key', 'requests');
    this.#take(this.#apiKeyBytes, '', bytes, 'api_key', 'bytes');
    return this.#acquire('', settings.apiKeyInFlight, 'api_key', 'in_flight');
  }

  /** An event of a socket, whichever of the user's it came through, and its bytes. */
  takeEvent(identity: Identity, bytes: number): void {
    if (identity.type === 'user') {
      this.#take(this.#userEvents, identity.userId, 1, 'user', 'events');
      this.#take(this.#userBytes, identity.userId, bytes, 'user', 'bytes');
      return;
    }
    this.#take(this.#apiKeyRequests, '', 1, 'api_key', 'events');
    this.#take(this.#apiKeyBytes, '', bytes, 'api_key', 'bytes');
  }

  acquireSocket(caller: Caller): Release {
    const { userSockets, addressSockets } = this.#options.settings;
    return this.#acquireBoth(caller, userSockets, addressSockets, 'sockets');
  }

  acquireStream(caller: Caller): Release {
    const { userStreams, addressStreams } = this.#options.settings;
    return this.#acquireBoth(caller, userStreams, addressStreams, 'streams');
  }

  /** A user begins a session. The API key does so for its own users, within its requests. */
  takeSession(identity: Identity): void {
    if (identity.type === 'user')
      this.#take(this.#userSessions, identity.userId, 1, 'user', 'sessions');
  }

  /** A message that is sent in an agent's name. */
  takeAgentMessage(agentId: string): void {
    this.#take(this.#agentRequests, agentId, 1, 'agent', 'requests');
  }

  #acquireBoth(
    { identity, address }: Caller,
    userMax: number,
    addressMax: number,
    resource: 'sockets' | 'streams',
  ): Release {
    const releaseAddress = this.#acquire(address, addressMax, 'address', resource);
    if (identity.type !== 'user') return releaseAddress;
    try {
      const releaseUser = this.#acquire(identity.userId, userMax, 'user', resource);
      return () => {
        releaseUser();
        releaseAddress();
      };
    } catch (error) {
      releaseAddress();
      throw error;
    }
  }

  #acquire(key: string, max: number, scope: QuotaScope, resource: QuotaResource): Release {
    const name = `${scope} ${resource} ${key}`;
    const used = this.#inUse.get(name) ?? 0;
    if (used >= max) throw this.#refusal(scope, resource, 1);
    this.#inUse.set(name, used + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.#inUse.get(name) ?? 1) - 1;
      if (left === 0) this.#inUse.delete(name);
      else this.#inUse.set(name, left);
    };
  }

  #take(
    buckets: TokenBuckets,
    key: string,
    cost: number,
    scope: QuotaScope,
    resource: QuotaResource,
  ): void {
    if (cost === 0) return;
    const nowMs = this.#options.nowMs();
    const bucket = buckets.of(key, nowMs);
    if (!bucket.take(nowMs, cost)) throw this.#refusal(scope, resource, bucket.retryAfterS(cost));
  }

  #refusal(scope: QuotaScope, resource: QuotaResource, retryAfterS: number): RequestError {
    this.#options.refused(scope, resource);
    const detail = `the quota of ${RESOURCE_NAMES[resource]} of this ${SCOPE_NAMES[scope]} is used up`;
    return new RequestError({ code: 'rate_limited', detail }, retryAfterS);
  }
}

const SCOPE_NAMES: Readonly<Record<QuotaScope, string>> = {
  user: 'user',
  address: 'address',
  agent: 'agent',
  api_key: 'API key',
};

const RESOURCE_NAMES: Readonly<Record<QuotaResource, string>> = {
  requests: 'requests per second',
  events: 'events per second',
  bytes: 'bytes per second',
  in_flight: 'requests in flight',
  connections: 'connections',
  sockets: 'sockets',
  streams: 'streams',
  sessions: 'new sessions per minute',
};

function twoSeconds(perSecond: number): RateLimit {
  return { perSecond, burst: perSecond * 2 };
}
