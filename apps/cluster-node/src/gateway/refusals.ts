import type { ErrorCode, Failure } from '@fleetlm/protocol';
import type { LiveSubscription, Result } from '../runtime/runtime-api.ts';
import { RequestError } from './request-error.ts';

/** How a call or an event is refused, within the errors that are documented of it. */
export interface Refusals<C extends ErrorCode> {
  /** The error to throw. */
  readonly refuse: (failure: Failure<C>) => RequestError;
  /** The value of a result, or throws its error. */
  readonly value: <T>(result: Result<T, C>) => T;
}

const REFUSALS: Refusals<ErrorCode> = {
  refuse: (failure) => new RequestError(failure),
  value: (result) => {
    if (result.ok) return result.value;
    throw new RequestError(result.error);
  },
};

export function refusals<C extends ErrorCode>(): Refusals<C> {
  return REFUSALS;
}

/** Waits until events come. Throws `no_quorum`: no node that publishes them could be reached. */
export async function whenLive(
  { ready }: LiveSubscription,
  { refuse }: Refusals<'no_quorum'>,
): Promise<void> {
  if (!(await ready))
    throw refuse({
      code: 'no_quorum',
      detail:
        'no node that holds this conversation could be reached: there would be no live events',
    });
}
