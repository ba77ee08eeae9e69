import type { EndpointReply, Finding } from '@fleetlm/agent/doctor';
import type { AgentAdapterName } from '@fleetlm/protocol';
import type { TestReading } from './test-reading.ts';

type Translated = Exclude<AgentAdapterName, 'ai-sdk'>;

/** What an owner looks at first when an answer is none of the adapter. */
const ANSWER_ADVICE: Readonly<Record<Translated, string>> = {
  'openai-chat':
    'Is this the address of an OpenAI-compatible /v1/chat/completions, and does the server have the model?',
  'openai-responses':
    'Is this the address of an OpenAI-compatible /v1/responses, and does the server have the model?',
  'ag-ui':
    'Is this the address that an AG-UI client would post RunAgentInput to? A run has to end with RUN_FINISHED.',
  text: 'Is the adapter right? The answer has to be text/plain in UTF-8, written as it is made.',
};

/** Looks at the reply to a test call of an agent that speaks another adapter than AI SDK's. */
export function examineTranslated(
  adapter: Translated,
  reply: EndpointReply,
  reading: Pick<TestReading, 'problem'> | null,
): readonly Finding[] {
  if (reply.type === 'unreachable')
    return [wrong('connection', reply.detail, 'Is the server running, and is this its address?')];
  const connection = ok('connection', 'made');
  const { status } = reply;
  if (status < 200 || status >= 300) {
    const excerpt = reply.text.trim().slice(0, 200);
    return [connection, wrong('status', `${status}: ${excerpt}`, statusAdvice(adapter, status))];
  }
  const problem = reply.broke ?? reading?.problem ?? null;
  const stream =
    problem === null ? ok('stream', 'whole') : wrong('stream', problem, ANSWER_ADVICE[adapter]);
  return [connection, ok('status', String(status)), stream];
}

function statusAdvice(adapter: Translated, status: number): string {
  if (status === 401 || status === 403)
    return 'Give the key that the server wants as a header of the agent, such as authorization.';
  if (status >= 300 && status < 400)
    return 'Redirects are not followed: register the address itself.';
  return ANSWER_ADVICE[adapter];
}

function ok(check: string, found: string): Finding {
  return { check, verdict: 'ok', found, advice: null };
}

function wrong(check: string, found: string, advice: string): Finding {
  return { check, verdict: 'wrong', found, advice };
}
