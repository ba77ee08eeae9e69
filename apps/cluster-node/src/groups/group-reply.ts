import type { Reply } from '@fleetlm/conversation';
import type { SystemReply } from '../membership/system-state.ts';

/** The reply to a proposer on this node: of a group of conversations, or by the system group. */
export type GroupReply =
  | { readonly machine: 'conversation'; readonly reply: Reply }
  | { readonly machine: 'system'; readonly reply: SystemReply };
