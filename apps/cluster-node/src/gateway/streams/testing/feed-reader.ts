import { createParser } from 'eventsource-parser';

export interface ReadEvent {
  readonly name: string;
  readonly id: string | null;
  readonly data: Record<string, unknown>;
}

/** The events of a response, as its reader gets them; ends with the response. */
export async function* eventsOf(response: Response): AsyncGenerator<ReadEvent, void, undefined> {
  const { body } = response;
  if (body === null) throw new Error('the response has no body');
  const read: ReadEvent[] = [];
  const parser = createParser({
    onEvent: ({ event, id, data }) =>
      read.push({ name: event ?? 'message', id: id ?? null, data: JSON.parse(data) }),
  });
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    parser.feed(text);
    yield* read.splice(0);
  }
}

/** As many of the next events; throws when the response ends before. */
export async function nextOf(
  events: AsyncGenerator<ReadEvent, void, undefined>,
  count: number,
): Promise<readonly ReadEvent[]> {
  const taken: ReadEvent[] = [];
  while (taken.length < count) {
    const { done, value } = await events.next();
    if (done === true) throw new Error(`the feed ended after ${taken.length} of ${count} events`);
    taken.push(value);
  }
  return taken;
}

/** The rest, when the response ends. */
export async function restOf(
  events: AsyncGenerator<ReadEvent, void, undefined>,
): Promise<readonly ReadEvent[]> {
  const taken: ReadEvent[] = [];
  for await (const event of events) taken.push(event);
  return taken;
}
