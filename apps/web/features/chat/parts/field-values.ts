import { isObject } from '@fleetlm/client';

/** Fields that are shown as key and value; what is beyond them is in the raw form. */
export const FIELDS_SHOWN_MAX = 20;
/** Of a value that is shown beside its key, in UTF-16 code units. */
export const VALUE_SHOWN_MAX = 1_000;
/** The raw form of what a tool was given or has returned, in UTF-16 code units. */
export const RAW_SHOWN_MAX = 64 * 1024;

export interface FieldValue {
  readonly key: string;
  readonly text: string;
  /** A number, a list or an object: it is drawn as code. */
  readonly isCode: boolean;
}

export interface FieldValues {
  readonly fields: readonly FieldValue[];
  readonly hidden: number;
}

/** A value of a tool as keys and values; null: it has no fields. */
export function fieldValues(value: unknown): FieldValues | null {
  if (!isObject(value)) return null;
  const keys = Object.keys(value);
  const fields = keys.slice(0, FIELDS_SHOWN_MAX).map((key) => {
    const held = value[key];
    const isText = typeof held === 'string';
    return { key, text: cut(isText ? held : jsonOf(held), VALUE_SHOWN_MAX), isCode: !isText };
  });
  return { fields, hidden: keys.length - fields.length };
}

/** All of it, as JSON over several lines. */
export function rawOf(value: unknown): string {
  return cut(JSON.stringify(value, null, 2) ?? 'nothing', RAW_SHOWN_MAX);
}

/** An identifier of a program as words: `recipientAddress` and `recipient_address` are "Recipient address". */
export function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim()
    .toLowerCase();
  return words === '' ? name : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Lists that a search returns are called so. */
const LISTS = ['results', 'items', 'sources', 'documents', 'matches', 'rows', 'hits', 'data'];

/** How much a tool has returned, when it is a list or holds one; null: it is not one. */
export function resultCount(output: unknown): number | null {
  if (Array.isArray(output)) return output.length;
  if (!isObject(output)) return null;
  const list = LISTS.map((name) => output[name]).find(Array.isArray);
  return list === undefined ? null : list.length;
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`;
}
