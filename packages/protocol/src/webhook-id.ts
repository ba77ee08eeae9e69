/**
 * `<session_id>:<epoch>`: the same on every attempt, so that an agent can deduplicate.
 *
 * @example webhookId('7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ', 3) // '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ:3'
 */
export function webhookId(sessionId: string, epoch: number): string {
  return `${sessionId}:${epoch}`;
}
