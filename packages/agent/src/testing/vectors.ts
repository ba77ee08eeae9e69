import { readFileSync } from 'node:fs';
import type { AnswerChunk } from '../answer.ts';

/** One call of a method of `Answer`, by its name here and what it is given. */
export type AnswerStep =
  | readonly ['text' | 'reasoning', delta: string]
  | readonly ['endText' | 'nextStep']
  | readonly ['tool', name: string, input: unknown, output: unknown]
  | readonly ['failingTool', name: string, input: unknown, errorText: string]
  | readonly ['requestApproval', name: string, input: unknown]
  | readonly ['decided', approved: boolean, output: unknown]
  | readonly ['metadata', metadata: Readonly<Record<string, unknown>>]
  | readonly ['data', name: string, data: unknown, options: { id?: string; transient?: boolean }]
  | readonly ['sourceUrl', id: string, url: string, title: string]
  | readonly ['sourceDocument', id: string, mediaType: string, title: string]
  | readonly ['file', url: string, mediaType: string];

/** What both SDKs are tested with; the file is read by the tests of `sdk/python`, too. */
export interface Vectors {
  readonly webhooks: readonly {
    readonly title: string;
    readonly secret: string | readonly string[];
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly now_s: number;
    readonly tolerance_s?: number;
    /** Part of the reason; without it the call is genuine. */
    readonly refused?: string;
  }[];
  readonly secrets: readonly {
    readonly secret: string | readonly string[];
    readonly reason: string;
  }[];
  readonly calls: readonly {
    readonly title: string;
    readonly body: string;
    readonly newest_user_text?: string | null;
    readonly messages?: number;
    /** Paths of the wrong fields, sorted; without it the call is right. */
    readonly wrong?: readonly string[];
  }[];
  readonly answers: readonly {
    readonly title: string;
    readonly steps: readonly AnswerStep[];
    /** Random ids are `#1`, `#2` in the order in which they come. */
    readonly chunks: readonly AnswerChunk[];
  }[];
  readonly events: readonly { readonly title: string; readonly chunk: AnswerChunk }[];
}

export const VECTORS: Vectors = JSON.parse(
  readFileSync(new URL('vectors.json', import.meta.url), 'utf8'),
);
