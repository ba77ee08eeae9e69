/** `<session_id>:<epoch>`: the same on every attempt, so that an agent can deduplicate. */
export function webhookId(sessionId: string, epoch: number): string {
  return `${sessionId}:${epoch}`;
}
