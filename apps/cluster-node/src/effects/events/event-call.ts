import { doubledMs, type FailureCode, jitteredMs } from '@fleetlm/protocol';
import { request } from 'undici';
import { inComponent } from '../../telemetry/component-turns.ts';
import { checkLiteralHost } from '../dispatch/call/address-rules.ts';
import { failureOf } from '../dispatch/call/agent-call.ts';
import type { HttpPools } from '../dispatch/call/http-pools.ts';
import { signatureHeaders } from '../dispatch/call/webhook-signature.ts';
import { type ErrorText, errorText } from '../error-text.ts';
import {
  EVENT_ANSWER_BYTES_MAX,
  EVENT_BACKOFF_FIRST_MS,
  EVENT_BACKOFF_MAX_MS,
  EVENT_CONNECT_TIMEOUT_MS,
  EVENT_TIMEOUT_MS,
} from './event-limits.ts';

export interface EventCall {
  readonly subscription: { readonly id: string; readonly url: string };
  /** Of the event: the `webhook-id`. */
  readonly id: string;
  readonly body: string;
  /** The newest first. */
  readonly secrets: readonly [string, ...string[]];
  readonly isTest: boolean;
}

export type EventCallOutcome =
  | { readonly type: 'delivered'; readonly status: number }
  | {
      readonly type: 'failed';
      readonly status: number | null;
      readonly errorCode: FailureCode;
      readonly error: ErrorText;
      /** What to do about it: try again, give this event up, or send nothing more at all. */
      readonly consequence: 'retry' | 'give-up' | 'disable';
      readonly retryAfterMs: number | null;
    };

export interface EventCallPorts {
  readonly pools: Pick<HttpPools, 'take'>;
  readonly allowPrivateAddresses: boolean;
  readonly wallClockMs: () => number;
  /** EVENT_TIMEOUT_MS when it is left out. */
  readonly timeoutMs?: number;
}

/** Makes one signed call. Never rejects. */
export async function postEvent(
  { subscription, id, body, secrets, isTest }: EventCall,
  { pools, allowPrivateAddresses, wallClockMs, timeoutMs = EVENT_TIMEOUT_MS }: EventCallPorts,
  stopped: AbortSignal,
): Promise<EventCallOutcome> {
  const pool = pools.take({ id: subscription.id, connectTimeoutMs: EVENT_CONNECT_TIMEOUT_MS });
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const url = new URL(subscription.url);
    if (!allowPrivateAddresses) checkLiteralHost(url);
    const signature = inComponent('deliveries', () =>
      signatureHeaders({ id, secrets, body, atMs: wallClockMs() }),
    );
    const response = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'FleetLM/1',
        ...(isTest ? { 'fleetlm-test': 'true' } : {}),
        ...signature,
      },
      body,
      dispatcher: pool.http,
      signal: AbortSignal.any([limit, stopped]),
    });
    const { statusCode: status, headers } = response;
    // The status is the answer; a body that breaks off or continues changes nothing.
    await response.body.dump({ limit: EVENT_ANSWER_BYTES_MAX }).catch(() => undefined);
    if (status >= 200 && status < 300) return { type: 'delivered', status };
    const retryAfter = headers['retry-after'];
    return {
      type: 'failed',
      status,
      errorCode: 'http_status',
      error: errorText(`it answered with ${status}`),
      consequence: consequenceOf(status),
      retryAfterMs:
        typeof retryAfter === 'string' ? retryAfterMsOf(retryAfter, wallClockMs()) : null,
    };
  } catch (error) {
    if (limit.aborted)
      return failed('total_timeout', errorText(`no answer within ${timeoutMs} ms`));
    const failure = failureOf(error);
    switch (failure.kind) {
      case 'refused':
        return { ...failed(failure.code, failure.detail), consequence: 'give-up' };
      case 'timeout':
      case 'connection':
        return failed(failure.code, failure.detail);
      default:
        return failed('internal', errorText(error));
    }
  } finally {
    pool.release();
  }
}

function failed(errorCode: FailureCode, error: ErrorText) {
  return {
    type: 'failed',
    status: null,
    errorCode,
    error,
    consequence: 'retry',
    retryAfterMs: null,
  } as const;
}

function consequenceOf(status: number): 'retry' | 'give-up' | 'disable' {
  if (status === 410) return 'disable';
  if (status >= 500 || status === 408 || status === 409 || status === 425 || status === 429)
    return 'retry';
  return 'give-up';
}

/** Seconds or a date; null: neither. */
function retryAfterMsOf(text: string, nowMs: number): number | null {
  const asked = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(asked) ? null : Math.min(Math.max(asked, 0), EVENT_BACKOFF_MAX_MS);
}

/** The pause before the next attempt: doubled each time, less up to half of it by chance, or what was asked for when that is longer. */
export function eventPauseMs(
  failures: number,
  retryAfterMs: number | null,
  random: () => number,
): number {
  const doubled = doubledMs(failures - 1, EVENT_BACKOFF_FIRST_MS, EVENT_BACKOFF_MAX_MS);
  return Math.max(jitteredMs(doubled, random()), retryAfterMs ?? 0);
}
