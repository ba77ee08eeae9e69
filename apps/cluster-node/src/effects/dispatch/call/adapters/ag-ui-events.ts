import { shortArray } from '@fleetlm/protocol';
import * as z from 'zod';
import { CHUNK_MEMBERS_MAX } from '../../../../limits.ts';
import { stateDeltaSchema } from './ag-ui-state.ts';

/** The fields of AG-UI events that are read. */

const text = z.string().nullish();
const count = z.number().min(0).nullish();

const usageSchema = z.looseObject({
  model: text,
  inputTokens: count,
  outputTokens: count,
  totalTokens: count,
  reasoningTokens: count,
  cachedInputTokens: count,
});
export type RunUsage = z.output<typeof usageSchema>;

const toolCallSchema = z.looseObject({
  id: z.string(),
  function: z.looseObject({ name: z.string(), arguments: text }),
});

const messageSchema = z.looseObject({
  id: text,
  role: z.string(),
  content: z.unknown().optional(),
  toolCalls: shortArray(CHUNK_MEMBERS_MAX, toolCallSchema).nullish(),
  toolCallId: text,
});
export type RunMessage = z.output<typeof messageSchema>;

const message = z.looseObject({ messageId: z.string() });
const call = z.looseObject({ toolCallId: z.string() });

export const RUN_EVENTS = {
  TEXT_MESSAGE_START: message.extend({ role: text }),
  TEXT_MESSAGE_CONTENT: message.extend({ delta: z.string() }),
  TEXT_MESSAGE_END: message,
  TEXT_MESSAGE_CHUNK: z.looseObject({ messageId: text, role: text, delta: text }),
  REASONING_MESSAGE_CONTENT: message.extend({ delta: z.string() }),
  REASONING_MESSAGE_CHUNK: z.looseObject({ messageId: text, delta: text }),
  /** As reasoning was called before version 1. */
  THINKING_TEXT_MESSAGE_CONTENT: z.looseObject({ delta: z.string() }),
  TOOL_CALL_START: call.extend({ toolCallName: z.string().min(1) }),
  TOOL_CALL_ARGS: call.extend({ delta: z.string() }),
  TOOL_CALL_END: call,
  TOOL_CALL_CHUNK: z.looseObject({ toolCallId: text, toolCallName: text, delta: text }),
  TOOL_CALL_RESULT: call.extend({ content: z.unknown().optional() }),
  STATE_SNAPSHOT: z.looseObject({ snapshot: z.unknown().optional() }),
  STATE_DELTA: z.looseObject({ delta: stateDeltaSchema }),
  MESSAGES_SNAPSHOT: z.looseObject({ messages: shortArray(CHUNK_MEMBERS_MAX, messageSchema) }),
  ACTIVITY_SNAPSHOT: message.extend({ activityType: z.string(), content: z.unknown().optional() }),
  CUSTOM: z.looseObject({ name: z.string(), value: z.unknown().optional() }),
  RUN_FINISHED: z.looseObject({
    outcome: z
      .looseObject({ type: z.string(), interrupts: z.array(z.unknown()).nullish() })
      .nullish(),
    usage: shortArray(CHUNK_MEMBERS_MAX, usageSchema).nullish(),
  }),
  RUN_ERROR: z.looseObject({ message: text }),
} as const;
