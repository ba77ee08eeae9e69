import * as z from 'zod';
import { groupNumberSchema, groupParamSchema } from '../admin.ts';
import { eventSubscriptionIdSchema } from '../events/event-subscriptions.ts';
import { agentIdSchema, blobIdSchema, nodeIdSchema, sessionIdSchema } from '../ids.ts';
import { IDEMPOTENCY_KEY_LENGTH_MAX } from '../limits.ts';
import { chatIdSchema } from '../sessions/chat.ts';
import { parseSdkVersion } from '../ui-stream/project-chunk.ts';
import { formOf, nameOf } from './route.ts';

/** What `:id` of the paths is. */
export const SESSION_ID = nameOf(sessionIdSchema, (id) => `there is no session ${id}`);
export const BLOB_ID = nameOf(blobIdSchema, () => 'there is no file of this id');
export const CHAT_ID = nameOf(chatIdSchema, () => 'there is no chat of this id');
export const AGENT_ID = nameOf(agentIdSchema, (id) => `there is no agent "${id}"`);
export const SUBSCRIPTION_ID = nameOf(
  eventSubscriptionIdSchema,
  (id) => `there is no subscription "${id}"`,
);
export const NODE_ID = nameOf(nodeIdSchema, (id) => `there is no node "${id}"`);
export const OPERATION_ID = nameOf(z.string(), (id) => `there is no operation ${id}`);
export const GROUP = formOf(groupParamSchema, groupNumberSchema);

export const acceptedSchema = z.strictObject({ accepted: z.literal(true) });

/** Bytes as they are. */
export const BYTES = { mediaType: 'application/octet-stream' } as const;
export const EVENT_STREAM = { mediaType: 'text/event-stream' } as const;

/** Says which version of the `ai` package reads the stream. */
export const SDK_VERSION_HEADER = 'x-ai-sdk-version';

/** A caller's own name for a request that creates something: sent again, it is answered as it was, and creates nothing. */
export const IDEMPOTENCY_HEADER = 'idempotency-key';

/** Headers of a request that creates something. */
export const creationSchema = z.object({
  [IDEMPOTENCY_HEADER]: z
    .string()
    .min(1)
    .max(IDEMPOTENCY_KEY_LENGTH_MAX)
    .regex(/^[\x21-\x7e]*$/, 'must be of visible ASCII characters')
    .optional(),
});

/** Headers of a request for a stream. */
export const readerSchema = z.object({
  [SDK_VERSION_HEADER]: z
    .string()
    .transform((text, context) => {
      const version = parseSdkVersion(text);
      if (version !== null) return version;
      context.addIssue('must be a version from 5.0.0 on');
      return z.NEVER;
    })
    .optional(),
});
