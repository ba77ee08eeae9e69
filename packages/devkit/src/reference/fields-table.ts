import type { MissingMeanings } from './field-meanings.ts';
import type { JsonSchema } from './json-schema.ts';
import { typeWords } from './type-words.ts';

/** Makes tables of fields for one page. */
export interface FieldTables {
  /** A table of the fields of an object: name, type, what it means. Fields within a field are `outer.inner`. */
  table(objectName: string, schema: JsonSchema): string;
}

export function fieldTables(
  meanings: MissingMeanings,
  link: (schemaName: string) => string,
): FieldTables {
  const rows = (objectName: string, schema: JsonSchema, prefix: string): readonly string[] =>
    Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
      const meaning = meanings.of(objectName, name);
      const presence = presenceWords(schema, name, field);
      const row = `| \`${prefix}${name}\`${presence} | ${typeWords(field, link)} | ${meaning} |`;
      const [inner, suffix] = innerObject(field);
      return inner === null
        ? [row]
        : [row, ...rows(objectName, inner, `${prefix}${name}${suffix}.`)];
    });
  return {
    table: (objectName, schema) => {
      const lines = rows(objectName, schema, '');
      if (lines.length === 0) return 'Nothing: `{}`.\n';
      return `| field | type | |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
    },
  };
}

function presenceWords(schema: JsonSchema, name: string, field: JsonSchema): string {
  if (field.default !== undefined) return ` = \`${JSON.stringify(field.default)}\``;
  return schema.required?.includes(name) === true ? '' : '?';
}

/** The object within a field that has no name of its own, also within a list or beside null. */
function innerObject(field: JsonSchema): readonly [JsonSchema | null, string] {
  // An object of any shape that has a type: its fields are described where its types are.
  if (isOpen(field) || (field.items !== undefined && isOpen(field.items))) return [null, ''];
  if (field.properties !== undefined) return [field, ''];
  if (field.items?.properties !== undefined) return [field.items, '[]'];
  const choice = field.anyOf?.find(({ properties }) => properties !== undefined);
  return [choice ?? null, ''];
}

function isOpen({ additionalProperties }: JsonSchema): boolean {
  return typeof additionalProperties === 'object';
}
