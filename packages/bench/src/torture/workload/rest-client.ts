import type * as z from 'zod';
import { errorShape } from './answers.ts';

/** How a call ended: an answer, a refusal in the cluster's own words, or nothing that says what happened. */
export type CallEnd<T> =
  | { readonly type: 'answer'; readonly value: T }
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly retryable: boolean;
      readonly detail: string;
    }
  | { readonly type: 'lost'; readonly detail: string };

export interface RestCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly limitMs: number;
}

/** REST with the API key. Never throws for what a cluster or a network can do. */
export class RestClient {
  readonly #apiKey: string;

  constructor(apiKey: string) {
    this.#apiKey = apiKey;
  }

  async call<S extends z.ZodType>(
    target: string,
    call: RestCall,
    shape: S,
  ): Promise<CallEnd<z.output<S>>> {
    try {
      const response = await fetch(`${target}${call.path}`, {
        method: call.method,
        headers: {
          authorization: `Bearer ${this.#apiKey}`,
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        signal: AbortSignal.timeout(call.limitMs),
      });
      const text = await response.text();
      const value: unknown = text === '' ? null : JSON.parse(text);
      if (response.ok) return { type: 'answer', value: shape.parse(value) };
      const error = errorShape.parse(value);
      return {
        type: 'refused',
        code: error.code,
        retryable: error.retryable,
        detail: `${response.status} ${error.detail ?? ''}`,
      };
    } catch (error) {
      return { type: 'lost', detail: error instanceof Error ? error.message : String(error) };
    }
  }
}
