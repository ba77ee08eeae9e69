import * as z from 'zod';
import { between, pick } from '../../torture/seeded-random.ts';

/** As much of JSON Schema as the contract's schemas come to. */
const jsonSchemaSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  get properties() {
    return z.record(z.string(), jsonSchemaSchema).optional();
  },
  required: z.array(z.string()).optional(),
  get items() {
    return jsonSchemaSchema.optional();
  },
  get anyOf() {
    return z.array(jsonSchemaSchema).optional();
  },
  get oneOf() {
    return z.array(jsonSchemaSchema).optional();
  },
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  pattern: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
});
type JsonSchema = z.output<typeof jsonSchemaSchema>;

/** Fields whose values have to fit the run, or that no schema describes closely enough. */
const KNOWN_FIELDS: Readonly<Record<string, (random: () => number) => unknown>> = {
  user_id: () => '{{user}}',
  agent_id: () => '{{agent}}',
  session_id: () => '{{session}}',
  node_id: () => 'n9',
  to: () => 'n9',
  content: (random) =>
    pick([{ text: 'hello' }, { parts: [{ type: 'text', text: 'hello' }] }], random),
  metadata: (random) => pick([{}, { title: 'a title' }, { a: [1, { b: null }] }], random),
  last_seq: (random) => pick([0, 1, 2, 999], random),
  origin_url: () => '{{agent_url}}',
  compaction_webhook_url: () => null,
  webhook_path: () => '/webhook',
  headers: () => ({ 'x-tenant': 'a' }),
  status: (random) => pick(['enabled', 'active'], random),
  secret: () => 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz',
  kind: (random) => pick(['text', 'note', 'join'], random),
  client_message_id: (random) => `c-${between(0, 1_000_000, random)}`,
  timeout_ms: () => 1_500,
  debounce_window_ms: () => 0,
  parts: () => [{ type: 'text', text: 'hello' }],
};

/** An input that the schema takes, or nearly; made from the contract, so a new field is fuzzed on the day it comes. */
export function sampleOf(schema: z.ZodType, random: () => number): unknown {
  const json: unknown = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  });
  return sample(jsonSchemaSchema.parse(json), random, 0);
}

const DEPTH_MAX = 8;

function sample(schema: JsonSchema, random: () => number, depth: number): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined && schema.enum.length > 0) return pick(schema.enum, random);
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined && options.length > 0)
    return sample(pick(options, random), random, depth);
  const type = Array.isArray(schema.type) ? pick(schema.type, random) : schema.type;
  switch (type) {
    case 'object':
      return depth < DEPTH_MAX ? sampleObject(schema, random, depth) : {};
    case 'array':
      return schema.items === undefined || depth >= DEPTH_MAX
        ? []
        : Array.from({ length: between(1, 2, random) }, () =>
            sample(schema.items ?? {}, random, depth + 1),
          );
    case 'integer':
    case 'number': {
      const least = Math.max(schema.minimum ?? 0, -1_000_000);
      return between(least, Math.min(schema.maximum ?? least + 10, least + 1_000), random);
    }
    case 'boolean':
      return random() < 0.5;
    case 'null':
      return null;
    case 'string':
      return schema.pattern?.includes('0-7') === true ? '{{session}}' : 'a text';
    default:
      return { text: 'hello' };
  }
}

function sampleObject(schema: JsonSchema, random: () => number, depth: number): unknown {
  const required = new Set(schema.required ?? []);
  const entries = Object.entries(schema.properties ?? {})
    .filter(([name]) => required.has(name) || random() < 0.4)
    .map(([name, member]): readonly [string, unknown] => {
      const known = KNOWN_FIELDS[name];
      return [name, known === undefined ? sample(member, random, depth + 1) : known(random)];
    });
  return Object.fromEntries(entries);
}
