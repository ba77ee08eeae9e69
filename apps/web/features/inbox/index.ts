export { ConversationMenu } from './conversation-menu.tsx';
