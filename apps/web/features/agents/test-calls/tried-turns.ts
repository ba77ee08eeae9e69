import type { AgentTestBody, TestTurnBody } from '@fleetlm/protocol';

/** One message of a conversation that is only tried, and what calling the agent with it brought. */
export interface TriedTurn {
  readonly text: string;
  readonly test: AgentTestBody;
}

/** What the next call says was said before; a call without an answer leaves its question unanswered, as in a log. */
export function saidBefore(turns: readonly TriedTurn[]): readonly TestTurnBody[] {
  return turns.flatMap(({ text, test }): readonly TestTurnBody[] => [
    { role: 'user', text },
    ...(test.answer === null ? [] : [{ role: 'assistant' as const, parts: test.answer }]),
  ]);
}

/** An answer as a person would read it; what is no text is named. */
export function answerText({ answer }: Pick<AgentTestBody, 'answer'>): string {
  return (answer ?? [])
    .flatMap((part) => {
      if (part.type === 'text') return typeof part.text === 'string' ? [part.text] : [];
      return part.type === 'step-start' ? [] : [`[${part.type}]`];
    })
    .join('\n');
}

/** Pieces of text a second, from the first to the last; null: too few to say. */
export function piecesPerSecond({ chunks }: Pick<AgentTestBody, 'chunks'>): number | null {
  const at = chunks.filter(({ text }) => isTextDelta(text)).map(({ at_ms }) => at_ms);
  const seconds = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1_000;
  return at.length < 3 || seconds <= 0 ? null : (at.length - 1) / seconds;
}

/** Chunks are reported cut to a length: a long one is no JSON any more. */
function isTextDelta(chunk: string): boolean {
  return chunk.startsWith('{"type":"text-delta"');
}
