import type { EndpointReply } from './call-endpoint.ts';
import { examineStream } from './examine-stream.ts';
import { type Finding, ok, wrong } from './findings.ts';
import { readStream } from './read-stream.ts';

/** The reply is a 2xx that came to its end, with a stream in which nothing is wrong. */
export function isAnswered(reply: EndpointReply): boolean {
  return examineReply(reply, true).every(({ verdict }) => verdict !== 'wrong');
}

/** What was seen, in a few words. */
export function seenOf(reply: EndpointReply): string {
  const fault = examineReply(reply, true).find(({ verdict }) => verdict === 'wrong');
  return fault === undefined ? 'answered' : fault.found;
}

/** Looks at the reply to an ordinary call: the connection, the status, the stream. */
export function examineReply(reply: EndpointReply, isSecretKnown: boolean): readonly Finding[] {
  if (reply.type === 'unreachable') {
    return [
      wrong('connection', reply.detail, 'Is the agent running, and is this its address and port?'),
    ];
  }
  const connection = ok('connection', 'made');
  const status = statusFinding(reply, isSecretKnown);
  if (status.verdict === 'wrong') return [connection, status];
  const contentType = reply.headers.get('content-type');
  const stream = examineStream(readStream(contentType, reply.text), contentType);
  return [connection, status, ...stream, timeFinding(reply)];
}

type Response = Extract<EndpointReply, { readonly type: 'response' }>;

function statusFinding(reply: Response, isSecretKnown: boolean): Finding {
  const { status } = reply;
  if (status >= 200 && status < 300) return ok('status', String(status));
  const excerpt = reply.text.trim().split('\n')[0]?.slice(0, 200) ?? '';
  const found = excerpt === '' ? String(status) : `${status}: ${excerpt}`;
  return wrong('status', found, statusAdvice(status, reply.headers, isSecretKnown));
}

function statusAdvice(status: number, headers: Headers, isSecretKnown: boolean): string {
  if (status === 401 || status === 403) {
    return isSecretKnown
      ? 'Is this the secret of this agent? The signature is over the raw body: check it before anything parses the body.'
      : 'The agent wants a signature: give its secret with --secret or in WEBHOOK_SECRET.';
  }
  if (status === 410)
    return '410 tells FleetLM to disable the agent. Say it only when the agent is gone for good.';
  if (status === 404)
    return 'Is the path right? FleetLM calls origin_url + webhook_path, which is /webhook by default.';
  if (status === 405) return 'An agent is called with POST.';
  if (status >= 300 && status < 400) {
    return `Redirects are not followed. Register the address itself: ${headers.get('location') ?? 'it'}.`;
  }
  if (status === 429 || status === 408 || status === 425 || status >= 500) {
    return 'FleetLM would try again, four times in all. See the log of your agent.';
  }
  return 'Other 4xx are final: the user sees that the agent failed.';
}

function timeFinding(reply: Response): Finding {
  const first = reply.firstByteMs === null ? 'no byte' : `${Math.round(reply.firstByteMs)} ms`;
  const found = `first byte ${first}, whole answer ${Math.round(reply.totalMs)} ms, in ${reply.pieces} pieces`;
  if (reply.broke === null) return ok('time', found);
  return wrong(
    'time',
    `the answer broke off: ${reply.broke}`,
    'Write something at least every timeout_ms (a comment ": wait" in server-sent events counts), or raise timeout_ms.',
  );
}
