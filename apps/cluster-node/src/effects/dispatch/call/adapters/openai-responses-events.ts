import { shortArray } from '@fleetlm/protocol';
import * as z from 'zod';
import { CHUNK_MEMBERS_MAX } from '../../../../limits.ts';

/** The fields of the events of `/v1/responses` that are read. Servers leave out, or set to null, whatever they have not got. */

const text = z.string().nullish();
const index = z.int().min(0).nullish();
const count = z.number().min(0).nullish();

const annotationSchema = z.looseObject({ type: z.string(), url: text, title: text });
export type Annotation = z.output<typeof annotationSchema>;

const contentSchema = z.looseObject({
  type: z.string(),
  text,
  refusal: text,
  annotations: shortArray(CHUNK_MEMBERS_MAX, annotationSchema).nullish(),
});

const itemSchema = z.looseObject({
  type: z.string(),
  id: text,
  call_id: text,
  name: text,
  /** Of a function; other calls have what they like. */
  arguments: z.unknown().optional(),
  content: shortArray(CHUNK_MEMBERS_MAX, contentSchema).nullish(),
  summary: shortArray(CHUNK_MEMBERS_MAX, contentSchema).nullish(),
  result: z.unknown().optional(),
});
export type ResponseItem = z.output<typeof itemSchema>;

const usageSchema = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  total_tokens: count,
  input_tokens_details: z.looseObject({ cached_tokens: count }).nullish(),
  output_tokens_details: z.looseObject({ reasoning_tokens: count }).nullish(),
});
export type ResponseUsage = z.output<typeof usageSchema>;

export const responseSchema = z.looseObject({
  model: text,
  status: text,
  output: shortArray(CHUNK_MEMBERS_MAX, itemSchema).nullish(),
  usage: usageSchema.nullish(),
  incomplete_details: z.looseObject({ reason: text }).nullish(),
  error: z.looseObject({ message: text }).nullish(),
});
export type ResponseObject = z.output<typeof responseSchema>;

const deltaSchema = z.looseObject({
  delta: z.string(),
  item_id: text,
  output_index: index,
  content_index: index,
  summary_index: index,
});
export type ResponseDelta = z.output<typeof deltaSchema>;

export const RESPONSE_EVENTS = {
  delta: deltaSchema,
  whole: deltaSchema.extend({ delta: text, text, refusal: text }),
  arguments: deltaSchema.extend({ delta: text, arguments: text }),
  annotation: z.looseObject({ annotation: annotationSchema }),
  item: z.looseObject({ item: itemSchema, output_index: index }),
  response: z.looseObject({ response: responseSchema }),
  error: z.looseObject({ message: text, error: z.looseObject({ message: text }).nullish() }),
} as const;
