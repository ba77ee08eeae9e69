import { expectTypeOf, test } from 'vitest';
import type { Ack, ClientToServerEvents, MessageSent, SendMessageInput } from '../index.ts';

test('a sender may leave out what has a default, and its ack is a union', () => {
  expectTypeOf<{
    session_id: string;
    client_message_id: string;
    content: { text: string };
  }>().toExtend<SendMessageInput>();
  expectTypeOf<Parameters<ClientToServerEvents['session:send']>[1]>().toEqualTypeOf<
    (answer: Ack<MessageSent>) => void
  >();
});
