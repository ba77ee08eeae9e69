export { ConversationMenu } from './conversation-menu.tsx';
export { nameByFirstMessage } from './queries.ts';
