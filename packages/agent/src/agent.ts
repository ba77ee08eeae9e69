import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBoundedStream } from '@fleetlm/protocol/plain';
import { type AgentSecret, admitCall, checkSecret } from './admit-call.ts';
import type { Answer } from './answer.ts';
import type { AgentCall } from './call.ts';
import { BODY_BOUNDS, bodyRefusal, readBody, streamAnswer } from './node.ts';
import { answerResponse } from './web.ts';
import type { AnswerOutcome } from './write-answer.ts';

/**
 * What an agent is made of: its secret and how it answers.
 *
 * @example
 * const options: AgentOptions = {
 *   secret: process.env.WEBHOOK_SECRET,
 *   answer: async (call, answer) => {
 *     await answer.text(`You said: ${newestUserText(call)}`);
 *   },
 * };
 */
export interface AgentOptions {
  /** `whsec_...`, or several while it is rotated. Null: unsigned calls are answered too. Undefined: a TypeError at the start. */
  readonly secret: AgentSecret | undefined;
  /**
   * Writes the answer. What it throws ends the answer: an AnswerError is shown to the user, of anything
   * else only that the agent failed. Before the first content FleetLM tries again.
   */
  readonly answer: (call: AgentCall, answer: Answer, signal: AbortSignal) => Promise<void>;
  /** Called with what `answer` threw; standard error when it is left out. */
  readonly onError?: (error: unknown, call: AgentCall) => void;
}

/**
 * An agent as a listener of Node's `createServer`, or an Express handler in front of any body parser. Calls that are not
 * signed by `secret` get 401, bodies that are no call 400, larger than BODY_BYTES_MAX 413, slower than BODY_TIMEOUT_MS 408.
 * Throws a TypeError for a secret that is none.
 *
 * @example
 * const listener = nodeAgent({
 *   secret: process.env.FLEETLM_WEBHOOK_SECRET,
 *   answer: async (call, answer, signal) => {
 *     for await (const text of model.stream(call.messages, signal)) await answer.text(text);
 *   },
 * });
 * createServer(listener).listen(3000);
 */
export function nodeAgent(
  options: AgentOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  checkSecret(options.secret);
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST') return refuse(response, 405, 'an agent is called with POST');
    const body = await readBody(request);
    const admitted = admitCall(options.secret ?? null, request.headers, body);
    if (!admitted.ok) return refuse(response, admitted.status, admitted.detail);
    const { call } = admitted;
    const outcome = await streamAnswer(response, (answer, signal) =>
      options.answer(call, answer, signal),
    );
    report(options, outcome, call);
  };
  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      const refused = bodyRefusal(error);
      if (refused !== null) {
        refuse(response, refused.status, refused.detail);
        return;
      }
      response.destroy();
      // A request that broke off while it was being read has no one to answer, and is no fault of ours.
      if (request.complete) complain('A call of FleetLM could not be answered:', error);
    });
  };
}

function refuse(response: ServerResponse, status: number, detail: string): void {
  response.writeHead(status, refusalHeaders(status)).end(`${detail}\n`);
}

/**
 * An agent as a web handler, with the errors of `nodeAgent`.
 *
 * @example
 * // Next.js: app/webhook/route.ts; in Bun and Deno it is the `fetch` of a server.
 * export const POST = webAgent({ secret: process.env.FLEETLM_WEBHOOK_SECRET, answer });
 */
export function webAgent(options: AgentOptions): (request: Request) => Promise<Response> {
  checkSecret(options.secret);
  return async (request) => {
    if (request.method !== 'POST') return refusal(405, 'an agent is called with POST');
    let body: Uint8Array;
    try {
      body = await readBoundedStream(request, BODY_BOUNDS);
    } catch (error) {
      const refused = bodyRefusal(error);
      if (refused === null) throw error;
      return refusal(refused.status, refused.detail);
    }
    const admitted = admitCall(options.secret ?? null, request.headers, body);
    if (!admitted.ok) return refusal(admitted.status, admitted.detail);
    const { call } = admitted;
    return answerResponse(
      (answer, signal) => options.answer(call, answer, AbortSignal.any([signal, request.signal])),
      (outcome) => report(options, outcome, call),
    );
  };
}

/** How a call that is not taken is answered: the reason as plain text. */
export function refusal(status: number, detail: string): Response {
  return new Response(`${detail}\n`, { status, headers: refusalHeaders(status) });
}

function refusalHeaders(status: number): Readonly<Record<string, string>> {
  const type = { 'content-type': 'text/plain; charset=utf-8' };
  // The rest of the body is not read: nothing else can come over this connection.
  if (status === 413 || status === 408) return { ...type, connection: 'close' };
  return status === 405 ? { ...type, allow: 'POST' } : type;
}

function report(options: AgentOptions, outcome: AnswerOutcome, call: AgentCall): void {
  if (outcome.type !== 'failed') return;
  if (options.onError === undefined) {
    complain(`The answer to ${call.session_id}, epoch ${call.epoch}, failed:`, outcome.error);
  } else options.onError(outcome.error, call);
}

/** An agent without a handler of its author still has to see what went wrong. */
function complain(what: string, error: unknown): void {
  // biome-ignore lint/suspicious/noConsole: the one place that speaks on its own
  console.error(what, error);
}
