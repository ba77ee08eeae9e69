import type { Runtime, SessionEvent } from '../../runtime/runtime-api.ts';
import { contained } from '../contained.ts';
import { STREAM_PENDING_BYTES_MAX, STREAM_PENDING_EVENTS_MAX } from '../limits.ts';
import { PendingEvents } from '../pending-events.ts';
import { type Refusals, whenLive } from '../refusals.ts';

/** Events of a session that are kept until it is known what they mean. */
export interface Listening {
  /** Everything that has come since, then everything that comes; after too much of it, that it was lost. */
  hearAll(hear: (event: SessionEvent) => void, onFault: () => void): void;
  close(): void;
}

/** To be waited for before anything is read or sent: what comes in between is kept. Throws `no_quorum`. */
export async function listenToSession(
  runtime: Pick<Runtime, 'subscribeSession'>,
  sessionId: string,
  refusals: Refusals<'no_quorum'>,
): Promise<Listening> {
  const pending = new PendingEvents(STREAM_PENDING_EVENTS_MAX, STREAM_PENDING_BYTES_MAX);
  let hear: (event: SessionEvent) => void = pending.add;
  let end = (): void => undefined;
  const containedTake = contained(
    'stream',
    (event: SessionEvent) => hear(event),
    () => end(),
  );
  const subscription = runtime.subscribeSession(sessionId, containedTake);
  try {
    await whenLive(subscription, refusals);
  } catch (error) {
    subscription.close();
    throw error;
  }
  return {
    hearAll: (listener, onFault) => {
      hear = listener;
      end = onFault;
      for (const event of pending.events) listener(event);
      if (pending.isOver) listener({ type: 'resync', reason: 'too many events' });
    },
    close: () => subscription.close(),
  };
}
