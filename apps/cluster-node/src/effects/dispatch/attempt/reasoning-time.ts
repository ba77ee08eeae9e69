/** How long an agent has been reasoning in one answer: from the beginning of its reasoning to the first chunk of anything else. */
export class ReasoningTime {
  #sinceMs: number | null = null;
  #spentMs: number | null = null;

  take(chunkType: string, nowMs: number): void {
    const isReasoning = chunkType === 'reasoning-start' || chunkType === 'reasoning-delta';
    if (isReasoning) this.#sinceMs ??= nowMs;
    else if (this.#sinceMs !== null) {
      this.#spentMs = (this.#spentMs ?? 0) + nowMs - this.#sinceMs;
      this.#sinceMs = null;
    }
  }

  /** Nothing when nothing was reasoned. */
  spent(nowMs: number): { readonly reasoningMs?: number } {
    const runningMs = this.#sinceMs === null ? null : nowMs - this.#sinceMs;
    if (runningMs === null && this.#spentMs === null) return {};
    return { reasoningMs: (this.#spentMs ?? 0) + (runningMs ?? 0) };
  }
}
