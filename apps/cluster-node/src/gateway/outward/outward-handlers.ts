import { randomUUID } from 'node:crypto';
import {
  type ChatRequest,
  COMPLETION_SESSION_HEADER,
  type CompletionRequest,
  IDEMPOTENCY_HEADER,
} from '@fleetlm/protocol';
import type { FastifyReply } from 'fastify';
import type { Quotas } from '../access/quotas.ts';
import { SESSION_HEADER } from '../answer-streams.ts';
import { messageIdOfKey } from '../rest/idempotent-creation.ts';
import { type Handlers, STREAMED } from '../rest/rest-call.ts';
import { chatOfRun } from './ag-ui-input.ts';
import { AgUiStream } from './ag-ui-stream.ts';
import { completionSession } from './completion-session.ts';
import { CompletionStream, WholeCompletion } from './completion-stream.ts';
import { followChat, type OutwardPorts } from './follow-chat.ts';

/** Read by clients of the OpenAI SDK: the message is appended, and sent again it would be another one. */
const SHOULD_RETRY_HEADER = 'x-should-retry';

/** Conversations in the protocols of others: AG-UI, and OpenAI's chat completions. */
export function outwardHandlers(ports: OutwardPorts, quotas: Quotas, wallClockMs: () => number) {
  const { runtime, streams } = ports;
  return {
    runAgUi: async (call) => {
      const { reply, session, body } = call;
      const { listening, follower, known } = await followChat(ports, call, session, (thread) =>
        chatOfRun(body, thread, call),
      );
      const { threadId, runId } = body;
      streams.open(reply, listening, follower, {
        format: new AgUiStream({ threadId, runId }),
        known,
      });
      return STREAMED;
    },

    createCompletion: async (call) => {
      const { reply, identity, headers, body, refuse } = call;
      const idempotencyKey = headers[IDEMPOTENCY_HEADER] ?? null;
      const place = {
        agentId: body.model,
        user: body.user ?? null,
        name: headers[COMPLETION_SESSION_HEADER] ?? null,
        idempotencyKey,
        hasHistory: body.messages.hasHistory,
      };
      const mayCreate = (): void => quotas.takeSession(identity);
      const session = await completionSession(runtime, identity, place, mayCreate, call);
      const messageId =
        idempotencyKey === null ? randomUUID() : messageIdOfKey(identity, idempotencyKey);
      const chat = chatOf(session.id, messageId, body.messages.content);
      withoutRetry(reply, idempotencyKey);
      const { listening, follower, known } = await followChat(ports, call, session, () => chat);
      const head = {
        id: `chatcmpl-${messageId}`,
        created: Math.floor(wallClockMs() / 1_000),
        model: body.model,
      };
      const answerHeaders = { [SESSION_HEADER]: session.id };
      if (body.stream === true) {
        const withUsage = body.stream_options?.include_usage === true;
        const format = new CompletionStream(head, withUsage);
        streams.open(reply, listening, follower, { format, headers: answerHeaders, known });
        return STREAMED;
      }
      const whole = new WholeCompletion();
      await streams.collect(reply, listening, follower, known, whole.take);
      reply.headers(answerHeaders);
      if (whole.error !== null) throw refuse({ code: 'agent_failed', detail: whole.error });
      return { status: 200, body: whole.body(head) };
    },

    listModels: async ({ value }) => {
      value(await runtime.catchUpAgents());
      const enabled = runtime.listAgents().filter(({ status }) => status === 'enabled');
      return {
        object: 'list' as const,
        data: enabled.map(({ id, insertedAtMs }) => ({
          id,
          object: 'model' as const,
          created: Math.floor(insertedAtMs / 1_000),
          owned_by: 'fleetlm',
        })),
      };
    },
  } satisfies Partial<Handlers>;
}

/** Under a key a message is appended once, however often it is sent. */
function withoutRetry(reply: FastifyReply, idempotencyKey: string | null): void {
  if (idempotencyKey === null) reply.header(SHOULD_RETRY_HEADER, 'false');
}

function chatOf(
  sessionId: string,
  messageId: string,
  content: CompletionRequest['messages']['content'],
): ChatRequest {
  const parts =
    typeof content === 'string'
      ? [{ type: 'text', text: content }]
      : content.map((part) =>
          part.type === 'text'
            ? { type: 'text', text: part.text }
            : { type: 'file', mediaType: 'image/*', url: part.image_url.url },
        );
  return {
    id: sessionId,
    trigger: 'submit-message',
    messages: [{ id: messageId, role: 'user', parts }],
  };
}
