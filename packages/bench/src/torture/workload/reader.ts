import { messageDigest, sequenceDigest } from '../history/digest.ts';
import type { History } from '../history/history.ts';
import { between, pick } from '../seeded-random.ts';
import { pageShape, sessionAnswerShape } from './answers.ts';
import type { RestClient } from './rest-client.ts';
import type { Person } from './writer.ts';

const LIMIT_MS = 6_000;
const PAGE_MAX = 30;
/** Reads of old messages, which may have left memory. */
const OLD_SHARE = 0.15;

export interface ReaderOptions {
  readonly history: History;
  readonly rest: RestClient;
  readonly targets: readonly string[];
  readonly random: () => number;
}

/** Reads pages and moves read cursors through any node. */
export class Reader {
  readonly #options: ReaderOptions;
  /** Answers that never came or were refused for now: reads change nothing. */
  unanswered = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  async read(person: Person): Promise<void> {
    const { history, rest, targets, random } = this.#options;
    const head = knownHead(person);
    const back = random() < OLD_SHARE ? head : Math.min(head, PAGE_MAX);
    const afterSeq = head - between(0, back, random);
    const limit = between(1, PAGE_MAX, random);
    const path = `/api/sessions/${person.sessionId}/messages?after_seq=${afterSeq}&limit=${limit}`;
    const callMs = performance.now();
    const end = await rest.call(
      pick(targets, random),
      { method: 'GET', path, limitMs: LIMIT_MS },
      pageShape,
    );
    if (end.type !== 'answer') {
      this.#unanswered(person, end, `a read after ${afterSeq}`);
      return;
    }
    const { messages, last_seq } = end.value;
    history.addRead({
      session: person.session,
      callMs,
      returnMs: performance.now(),
      afterSeq,
      limit,
      count: messages.length,
      headSeq: last_seq,
      digest: sequenceDigest(messages.map(messageDigest)),
    });
  }

  async moveCursor(person: Person): Promise<void> {
    const { history, rest, targets, random } = this.#options;
    const requested = knownHead(person);
    if (requested === 0) return;
    const callMs = performance.now();
    const end = await rest.call(
      pick(targets, random),
      {
        method: 'POST',
        path: `/api/sessions/${person.sessionId}/read`,
        body: { user_id: person.userId, last_seq: requested },
        limitMs: LIMIT_MS,
      },
      sessionAnswerShape,
    );
    const base = { session: person.session, callMs, requested };
    if (end.type === 'answer') {
      const returned = end.value.session.last_read_seq;
      history.addCursor({ ...base, returnMs: performance.now(), returned, outcome: 'ok' });
      return;
    }
    const isUnknown = end.type === 'lost' || end.code === 'timeout';
    history.addCursor({
      ...base,
      returnMs: Number.POSITIVE_INFINITY,
      returned: 0,
      outcome: isUnknown ? 'unknown' : 'refused',
    });
    this.#unanswered(person, end, `the cursor at ${requested}`);
  }

  #unanswered(
    person: Person,
    end:
      | { readonly type: 'lost' }
      | {
          readonly type: 'refused';
          readonly code: string;
          readonly retryable: boolean;
          readonly detail: string;
        },
    what: string,
  ): void {
    this.unanswered += 1;
    if (end.type === 'lost' || end.retryable) return;
    this.#options.history.addStreamFault({
      kind: 'forgotten',
      session: person.session,
      atMs: performance.now(),
      detail: `${what} was refused for good: ${end.code} ${end.detail}`,
    });
  }
}

/** What some device of this person has seen, so the cluster must know it. */
function knownHead(person: Person): number {
  return Math.max(0, ...person.subscribers.map(({ headSeq }) => headSeq));
}
