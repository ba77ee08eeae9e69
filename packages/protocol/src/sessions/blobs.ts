import * as z from 'zod';
import { blobIdSchema, displayName, sessionIdSchema, timestampSchema } from '../ids.ts';
import {
  BLOB_BYTES_CEILING,
  BLOB_NAME_LENGTH_MAX,
  BLOB_TOKEN_LENGTH_MAX,
  MEDIA_TYPE_LENGTH_MAX,
} from '../limits.ts';

/** `type/subtype` in lower case, without parameters. */
export const mediaTypeSchema = z
  .string()
  .max(MEDIA_TYPE_LENGTH_MAX, `must have at most ${MEDIA_TYPE_LENGTH_MAX} characters`)
  .regex(
    /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/,
    'must be a media type in lower case, without parameters',
  );

/** The size of a file in bytes. */
export const blobSizeSchema = z
  .int('must be an integer')
  .min(1, 'must not be empty')
  .max(BLOB_BYTES_CEILING, `must be at most ${BLOB_BYTES_CEILING}`);

/** A file of a conversation. `url` is what a `file` part of a message refers to it by. */
export const blobSchema = z.strictObject({
  id: blobIdSchema,
  session_id: sessionIdSchema,
  url: z.string(),
  name: z.string(),
  media_type: z.string(),
  bytes: blobSizeSchema,
  inserted_at: timestampSchema,
});
export type BlobBody = z.output<typeof blobSchema>;

/** `POST /api/sessions/:id/blobs`. */
export const createBlobSchema = z.strictObject({
  name: displayName(BLOB_NAME_LENGTH_MAX),
  media_type: mediaTypeSchema,
  bytes: blobSizeSchema,
});
export type CreateBlob = z.output<typeof createBlobSchema>;

/** Where the bytes go: one request with these headers, before the link expires. */
export const blobUploadSchema = z.strictObject({
  method: z.literal('PUT'),
  /** Relative to the node that answered. */
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  expires_at: timestampSchema,
});

/** A file that is to be uploaded, and where to. */
export const createdBlobSchema = z.strictObject({ blob: blobSchema, upload: blobUploadSchema });
export type CreatedBlob = z.output<typeof createdBlobSchema>;

export const blobAnswerSchema = z.strictObject({ blob: blobSchema });
export type BlobAnswer = z.output<typeof blobAnswerSchema>;

/** A link that needs no token, for a while. */
export const blobLinkSchema = z.strictObject({
  /** Relative to the node that answered. */
  url: z.string(),
  expires_at: timestampSchema,
});
export type BlobLink = z.output<typeof blobLinkSchema>;

/** The query of a signed link. */
export const signedQuerySchema = z.strictObject({
  token: z
    .string()
    .min(1, 'must not be empty')
    .max(BLOB_TOKEN_LENGTH_MAX, `must have at most ${BLOB_TOKEN_LENGTH_MAX} characters`),
});
