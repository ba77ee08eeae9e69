import * as z from 'zod';
import { descriptorSchema } from './cluster-descriptor.ts';
import { domainFields } from './failure-domains.ts';

/** What nodes send each other on the `founding` channel, as JSON. */
const helloSchema = z.strictObject({
  type: z.literal('hello'),
  nodeId: z.string(),
  incarnation: z.string().min(1),
  /** The founding nodes as this one received them, ascending. */
  peers: z.array(z.string()),
  groups: z.int(),
  replicas: z.int(),
  ...domainFields,
});

/** "Let me in": what a node that is no member asks one that is. */
const joinSchema = z.strictObject({
  type: z.literal('join'),
  nodeId: z.string().min(1),
  incarnation: z.string().min(1),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  ...domainFields,
});

export type JoinRequest = z.output<typeof joinSchema>;

/** "I know no cluster": what I would found. */
export type Hello = z.output<typeof helloSchema>;

const messageSchema = z.discriminatedUnion('type', [
  helloSchema,
  z.strictObject({ type: z.literal('descriptor'), descriptor: descriptorSchema }),
  joinSchema,
  z.strictObject({
    type: z.literal('join-rejected'),
    /** False: it may be asked again, as it is. */
    isFinal: z.boolean(),
    detail: z.string(),
  }),
]);

export type FoundingMessage = z.output<typeof messageSchema>;

export function encodeFounding(message: FoundingMessage): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}

/** What every version's messages have. */
const typedSchema = z.looseObject({ type: z.string() });

/** `other-version`: what a node of another version may say; `foreign`: no node sends it. */
export function decodeFounding(frame: Uint8Array): FoundingMessage | 'other-version' | 'foreign' {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(frame));
    const parsed = messageSchema.safeParse(value);
    if (parsed.success) return parsed.data;
    return typedSchema.safeParse(value).success ? 'other-version' : 'foreign';
  } catch (error) {
    if (error instanceof SyntaxError) return 'foreign';
    throw error;
  }
}
