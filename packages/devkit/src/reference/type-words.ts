import type { JsonSchema } from './json-schema.ts';

/** Patterns that say less than a few words do. */
const PATTERN_WORDS: Readonly<Record<string, string>> = {
  '^[^\\p{C}\\p{Zl}\\p{Zp}]+$': 'printable',
};

/** A schema in a few words of Markdown. `link` makes the name of a named schema a link. */
export function typeWords(schema: JsonSchema, link: (name: string) => string): string {
  if (schema.$ref !== undefined) return link(nameOf(schema.$ref));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((choice) => typeWords(choice, link)).join(' or ');
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (types.length === 0) return 'any JSON';
  return types.map((type) => wordsOfType(type, schema, link)).join(' or ');
}

function wordsOfType(type: string, schema: JsonSchema, link: (name: string) => string): string {
  switch (type) {
    case 'string':
      return `string${lengthWords(schema)}${patternWords(schema)}`;
    case 'integer':
    case 'number':
      return `${type}${rangeWords(schema)}`;
    case 'array':
      return schema.items === undefined ? 'list' : `list of ${typeWords(schema.items, link)}`;
    case 'object':
      return typeof schema.additionalProperties === 'object' &&
        Object.keys(schema.additionalProperties).length > 0
        ? `object of ${typeWords(schema.additionalProperties, link)}`
        : 'object';
    default:
      return type;
  }
}

function lengthWords({ minLength, maxLength }: JsonSchema): string {
  if (maxLength === undefined) return '';
  return minLength === undefined ? `, up to ${maxLength}` : `, ${minLength} to ${maxLength}`;
}

function patternWords({ pattern }: JsonSchema): string {
  if (pattern === undefined) return '';
  const words = PATTERN_WORDS[pattern];
  return words === undefined ? `, ${code(pattern)}` : `, ${words}`;
}

function rangeWords({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined) return maximum === undefined ? '' : `, up to ${maximum}`;
  return maximum === undefined ? `, from ${minimum}` : `, ${minimum} to ${maximum}`;
}

export function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

function code(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${text.replaceAll('|', '\\|')}\``;
}
