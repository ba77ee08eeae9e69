import type { Reply } from '@fleetlm/conversation';
import type { SystemReply } from '../membership/system-state.ts';

/** What a proposer on this node is told: by a group of conversations, or by the system group. */
export type GroupReply =
  | { readonly machine: 'conversation'; readonly reply: Reply }
  | { readonly machine: 'system'; readonly reply: SystemReply };
