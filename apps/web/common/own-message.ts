/** An answer; an agent may well have the same id as a person. */
const ANSWER = 'assistant';

/** Whether the person wrote it themselves, on whichever device. */
export function isOwnMessage(
  message: { readonly sender_id: string; readonly kind: string },
  userId: string,
): boolean {
  return message.sender_id === userId && message.kind !== ANSWER;
}
