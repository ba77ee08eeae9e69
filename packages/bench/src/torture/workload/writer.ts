import { contentDigest } from '../history/digest.ts';
import type { History } from '../history/history.ts';
import { pause } from '../rig/wait-until.ts';
import { between, pick } from '../seeded-random.ts';
import { messageAnswerShape } from './answers.ts';
import type { CallEnd, RestClient } from './rest-client.ts';
import type { Subscriber } from './subscriber.ts';

/** A little more than a node takes at most to answer (CALL_DEADLINE_MS). */
const ATTEMPT_LIMIT_MS = 4_000;
/** After so long no user would wait any more; the outcome stays what it is by then. */
const GIVE_UP_MS = 30_000;
/** Between two attempts of a client that is in no hurry. */
const PAUSE_MS = { min: 30, max: 250 } as const;
const REST_SHARE = 0.25;
const AGAIN_SHARE = 0.05;
const AGAIN_AFTER_MS = 3_000;

export interface Person {
  readonly session: number;
  readonly sessionId: string;
  readonly userId: string;
  /** Devices come and go with the nodes. */
  readonly subscribers: Subscriber[];
}

export interface WriterOptions {
  readonly history: History;
  readonly rest: RestClient;
  readonly targets: readonly string[];
  readonly random: () => number;
  readonly runId: string;
  /** Between two attempts; milliseconds. */
  readonly pauseMs?: { readonly min: number; readonly max: number };
}

/** Sends messages as a good client does: again under the same id until the answer is definite. */
export class Writer {
  /** Refusals by code, for the report. */
  readonly refusals = new Map<string, number>();
  attempts = 0;
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** One message, to its end. */
  async send(person: Person): Promise<void> {
    const { history, random, pauseMs = PAUSE_MS } = this.#options;
    const callMs = performance.now();
    const number = history.beginAppend(person.session, 0, callMs);
    const content = { append: number, text: `message ${number} of ${person.userId}` };
    history.describeAppend(number, contentDigest(content));
    let isUnknown = false;
    while (performance.now() - callMs < GIVE_UP_MS) {
      const end = await this.#attempt(person, number, content);
      if (end.type === 'answer') {
        history.acknowledge(number, end.value, performance.now());
        if (random() < AGAIN_SHARE) await this.#sendAgain(person, number, content);
        return;
      }
      // What timed out may have been done.
      if (end.type === 'lost' || (end.type === 'refused' && end.code === 'timeout'))
        isUnknown = true;
      if (end.type === 'refused' && !end.retryable) {
        history.addStreamFault({
          kind: 'forgotten',
          session: person.session,
          atMs: performance.now(),
          detail: `append ${number} was refused for good: ${end.code} ${end.detail}`,
        });
        break;
      }
      await pause(between(pauseMs.min, pauseMs.max, random));
    }
    if (!isUnknown) history.refuse(number, performance.now());
  }

  /** A client that did not see the acknowledgement: the answer has to be the same. */
  async #sendAgain(person: Person, number: number, content: object): Promise<void> {
    await pause(AGAIN_AFTER_MS * this.#options.random());
    const end = await this.#attempt(person, number, content);
    if (end.type === 'answer')
      this.#options.history.acknowledge(number, end.value, performance.now());
  }

  async #attempt(person: Person, number: number, content: object): Promise<CallEnd<number>> {
    const { rest, targets, random, runId } = this.#options;
    const clientMessageId = `${runId}-${number}`;
    const connected = person.subscribers.filter((subscriber) => subscriber.connected);
    this.attempts += 1;
    let end: CallEnd<number>;
    if (connected.length === 0 || random() < REST_SHARE) {
      const path = `/api/sessions/${person.sessionId}/messages`;
      const body = { user_id: person.userId, content, client_message_id: clientMessageId };
      const call = { method: 'POST', path, body, limitMs: ATTEMPT_LIMIT_MS } as const;
      const answer = await rest.call(pick(targets, random), call, messageAnswerShape);
      end = answer.type === 'answer' ? { type: 'answer', value: answer.value.message.seq } : answer;
    } else end = await pick(connected, random).send(content, clientMessageId, ATTEMPT_LIMIT_MS);
    if (end.type === 'answer') return end;
    const code = end.type === 'refused' ? end.code : 'no answer';
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    return end;
  }
}
