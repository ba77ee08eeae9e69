import { randomBytes } from 'node:crypto';
import { webhookId } from '@fleetlm/protocol';
import { signWebhook } from '../sign.ts';
import { secretKeys, TOLERANCE_SECONDS_DEFAULT } from '../verify.ts';
import { callEndpoint, type EndpointReply } from './call-endpoint.ts';
import { examineReply, isAnswered, seenOf } from './examine-reply.ts';
import { type Finding, ok, skipped, warning, wrong } from './findings.ts';
import {
  personMessage,
  plainAnswer,
  sampleCall,
  sampleSessionId,
  sealedAnswer,
} from './sample-calls.ts';

/** Which endpoint to examine, and as what registration FleetLM would call it. Times are in milliseconds. */
export interface DoctorOptions {
  readonly url: string;
  /** `whsec_...`; without it signatures are not examined. */
  readonly secret: string | null;
  /** The agent's own headers, as it is registered with. */
  readonly headers?: Readonly<Record<string, string>>;
  /** As the agent's `timeout_ms`: to the first byte, and of silence. */
  readonly timeoutMs?: number;
  /** What the user says. */
  readonly text?: string;
}

/** What the examination found, in the order in which it looked. */
export interface DoctorReport {
  readonly url: string;
  /** Nothing is wrong; there may be warnings. */
  readonly healthy: boolean;
  readonly findings: readonly Finding[];
}

export const TIMEOUT_MS_DEFAULT = 30_000;
const STALE_SECONDS = 2 * TOLERANCE_SECONDS_DEFAULT;

/** Calls an endpoint as FleetLM would, several times, and says what is right and wrong. Rejects with a TypeError for a secret that is none. */
export async function examineAgent(options: DoctorOptions): Promise<DoctorReport> {
  if (options.secret !== null) secretKeys(options.secret);
  const patient = new Patient(options);
  const findings = await patient.examine();
  return {
    url: options.url,
    healthy: findings.every(({ verdict }) => verdict !== 'wrong'),
    findings,
  };
}

type SignedHeaders = ReturnType<typeof signWebhook>;

/** How a call differs from the ordinary one. */
interface Deviation {
  readonly body?: string;
  readonly epoch?: number;
  readonly atMs?: number;
  readonly change?: (headers: SignedHeaders) => Readonly<Record<string, string>>;
  readonly hangUp?: boolean;
}

class Patient {
  readonly #options: DoctorOptions;
  readonly #sessionId = sampleSessionId();
  /** An endpoint that checks no signatures takes any; one that does refuses what an unknown secret signed. */
  readonly #secret: string;

  constructor(options: DoctorOptions) {
    this.#options = options;
    this.#secret = options.secret ?? `whsec_${randomBytes(32).toString('base64')}`;
  }

  async examine(): Promise<readonly Finding[]> {
    const first = await this.#call({});
    const findings = [...examineReply(first, this.#options.secret !== null)];
    // Where the ordinary call is not answered, the others would only say the same again.
    if (!isAnswered(first)) return findings;
    findings.push(
      ...(await this.#signatures()),
      await this.#malformed(),
      await this.#unknownField(),
      await this.#history(),
      await this.#repeated(),
      await this.#hangUp(),
    );
    return findings;
  }

  async #signatures(): Promise<readonly Finding[]> {
    if (this.#options.secret === null) {
      const found = 'no secret was given, so nothing is known about signatures';
      return [skipped('signatures', found)];
    }
    const unsigned = () => ({});
    const forged = (headers: SignedHeaders) => ({
      ...headers,
      'webhook-signature': `v1,${randomBytes(32).toString('base64')}`,
    });
    const staleMs = Date.now() - STALE_SECONDS * 1000;
    return [
      await this.#refused('unsigned', { change: unsigned }, 'a call without a signature'),
      await this.#refused('forged', { change: forged }, 'a call with a wrong signature'),
      await this.#refused(
        'stale',
        { atMs: staleMs },
        `a call signed ${STALE_SECONDS / 60} minutes ago`,
      ),
      await this.#rotation(),
    ];
  }

  async #refused(check: string, deviation: Deviation, what: string): Promise<Finding> {
    const reply = await this.#call(deviation);
    if (reply.type === 'unreachable') return unreachable(check, reply.detail);
    if (reply.status >= 400 && reply.status < 500)
      return ok(check, `${what} is refused with ${reply.status}`);
    if (reply.status >= 500) {
      return warning(
        check,
        `${what} leads to ${reply.status}`,
        'Refuse it with 401: a 5xx says that the agent is broken, and is tried again.',
      );
    }
    return wrong(
      check,
      `${what} is answered with ${reply.status}`,
      check === 'stale'
        ? 'An eavesdropper can play a call again. Refuse timestamps more than five minutes away.'
        : 'Anybody who knows the address can call the agent. Check webhook-signature over the raw body.',
    );
  }

  async #rotation(): Promise<Finding> {
    const reply = await this.#call({
      change: (headers) => ({
        ...headers,
        'webhook-signature': `v1,${randomBytes(32).toString('base64')} ${headers['webhook-signature']}`,
      }),
    });
    if (isAnswered(reply))
      return ok('rotation', 'a second signature beside the right one does no harm');
    return wrong(
      'rotation',
      `a call with two signatures, the second right: ${seenOf(reply)}`,
      'While a secret is rotated there are several, apart by a space. Accept a call when any of them matches.',
    );
  }

  async #malformed(): Promise<Finding> {
    const reply = await this.#call({ body: '{"id":' });
    if (reply.type === 'unreachable') return unreachable('malformed', reply.detail);
    const found = `a body that is not JSON leads to ${reply.status}`;
    if (reply.status >= 400 && reply.status < 500) return ok('malformed', found);
    return warning(
      'malformed',
      found,
      'Refuse it with 400. (FleetLM never sends one; another caller may.)',
    );
  }

  async #unknownField(): Promise<Finding> {
    const body = JSON.stringify({ ...this.#ordinary(), added_later: { by: 'a newer FleetLM' } });
    const reply = await this.#call({ body });
    if (isAnswered(reply))
      return ok('unknown field', 'a field that a newer FleetLM may add is passed over');
    return wrong(
      'unknown field',
      `a call with a field more: ${seenOf(reply)}`,
      'Pass over fields that you do not know: FleetLM adds some as it grows.',
    );
  }

  async #history(): Promise<Finding> {
    const messages = [
      personMessage(1, 'How is the weather?'),
      sealedAnswer(2),
      personMessage(3, 'And tomorrow?'),
      plainAnswer(4, 'Better.'),
      personMessage(5, this.#text),
    ];
    const call = sampleCall({ sessionId: this.#sessionId, messages, epoch: 3 });
    const reply = await this.#call({ body: JSON.stringify(call), epoch: 3 });
    if (isAnswered(reply))
      return ok('history', 'a conversation with a broken off answer in it is answered');
    return wrong(
      'history',
      `a conversation with thinking and a failed tool call in it: ${seenOf(reply)}`,
      'History holds all messages, interrupted answers too. With the AI SDK: convertToModelMessages(messages).',
    );
  }

  /** The first attempt's answer was lost on the way; FleetLM asks again under the same webhook-id. */
  async #repeated(): Promise<Finding> {
    const call = { ...this.#ordinary(), attempt: 2 };
    const reply = await this.#call({ body: JSON.stringify(call) });
    if (isAnswered(reply))
      return ok('repeated', 'the second attempt under the same webhook-id is answered');
    return wrong(
      'repeated',
      `the second attempt under the same webhook-id: ${seenOf(reply)}`,
      'FleetLM repeats a call only when it has no answer. Answer it again; do only what must not happen twice once per webhook-id.',
    );
  }

  async #hangUp(): Promise<Finding> {
    await this.#call({ hangUp: true });
    const reply = await this.#call({});
    if (isAnswered(reply))
      return ok('hang up', 'after a caller that went, the next one is answered');
    return wrong(
      'hang up',
      `the call after a caller that went: ${seenOf(reply)}`,
      'A user who presses stop closes the connection. End the work then, and nothing else.',
    );
  }

  get #text(): string {
    return this.#options.text ?? 'Hello!';
  }

  #ordinary() {
    return sampleCall({ sessionId: this.#sessionId, messages: [personMessage(1, this.#text)] });
  }

  #call(deviation: Deviation): Promise<EndpointReply> {
    const body = deviation.body ?? JSON.stringify(this.#ordinary());
    const signed = signWebhook({
      secret: this.#secret,
      id: webhookId(this.#sessionId, deviation.epoch ?? 1),
      body,
      atMs: deviation.atMs ?? Date.now(),
    });
    return callEndpoint({
      url: this.#options.url,
      headers: { ...this.#options.headers, ...(deviation.change?.(signed) ?? signed) },
      body,
      timeoutMs: this.#options.timeoutMs ?? TIMEOUT_MS_DEFAULT,
      hangUp: deviation.hangUp ?? false,
    });
  }
}

function unreachable(check: string, detail: string): Finding {
  return wrong(
    check,
    `no answer at all: ${detail}`,
    'Refuse such a call with a status; do not hang up on it.',
  );
}
