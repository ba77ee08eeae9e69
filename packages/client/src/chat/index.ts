/** `useChat` of the AI SDK over a cluster. */
export { type FleetChatOptions, FleetChatTransport } from './fleet-chat-transport.ts';
export { type ReadChatOptions, readChat, uiMessagesOf } from './read-chat.ts';
