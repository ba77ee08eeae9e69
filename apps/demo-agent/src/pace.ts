import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '@fleetlm/agent';

/** Between two words, about as fast as a person reads. */
const WORD_MS = Number(process.env.WORD_MS ?? 25);

/** Says a text word by word, until the reader has gone. */
export async function speak(answer: Answer, markdown: string, signal: AbortSignal): Promise<void> {
  for (const word of markdown.match(/\S+\s*|^\s+/g) ?? []) {
    if (signal.aborted) return;
    await answer.text(word);
    await wait(WORD_MS, signal);
  }
}

/** Waits, or returns at once when the reader has gone. */
export async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
