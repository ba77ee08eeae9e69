import { shortArray } from '@fleetlm/protocol';
import * as z from 'zod';
import { CHUNK_MEMBERS_MAX } from '../../../../limits.ts';

/** The fields of a `chat.completion.chunk` that are read. Servers leave out, or set to null, whatever they have not got. */

const text = z.string().nullish();
const count = z.number().min(0).nullish();

const toolCallSchema = z.looseObject({
  index: z.int().min(0).nullish(),
  id: text,
  function: z.looseObject({ name: text, arguments: text }).nullish(),
});
export type ToolCallDelta = z.output<typeof toolCallSchema>;

const deltaSchema = z.looseObject({
  content: text,
  /** vLLM, DeepSeek and others; Ollama and OpenRouter say `reasoning`. */
  reasoning_content: text,
  reasoning: text,
  refusal: text,
  tool_calls: shortArray(CHUNK_MEMBERS_MAX, toolCallSchema).nullish(),
});
export type MessageDelta = z.output<typeof deltaSchema>;

const choiceSchema = z.looseObject({
  index: z.int().min(0).nullish(),
  delta: deltaSchema.nullish(),
  /** From servers that do not stream: the whole message. */
  message: deltaSchema.nullish(),
  finish_reason: text,
});

const usageSchema = z.looseObject({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z.looseObject({ cached_tokens: count }).nullish(),
  /** OpenRouter and others: what the answer cost, in US dollars. */
  cost: count,
  completion_tokens_details: z.looseObject({ reasoning_tokens: count }).nullish(),
});
export type CompletionUsage = z.output<typeof usageSchema>;

export const completionEventSchema = z.looseObject({
  id: text,
  model: text,
  choices: shortArray(CHUNK_MEMBERS_MAX, choiceSchema),
  usage: usageSchema.nullish(),
});

/** An error in place of an event, in the forms that servers give it. */
export const errorEventSchema = z.union([
  z.looseObject({ error: z.string() }).transform(({ error }) => error),
  z
    .looseObject({ error: z.looseObject({ message: z.string() }) })
    .transform(({ error }) => error.message),
  z
    .looseObject({ object: z.literal('error'), message: z.string() })
    .transform(({ message }) => message),
]);
