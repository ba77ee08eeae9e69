import {
  CONTEXT_METADATA_KEY,
  type ContextOverrides,
  contextOverridesSchema,
} from '@fleetlm/protocol';
import { isObject } from '@fleetlm/protocol/ui-stream';
import type { AgentRecord, Session } from '../../ports.ts';

/** As the agent has it. */
export const NO_OVERRIDES: ContextOverrides = contextOverridesSchema.parse({});

const decoder = new TextDecoder();

/** What the session has in place of its agent's settings; of another form than the nodes write, it is passed over. */
export function overridesOf({ metadata }: Pick<Session, 'metadata'>): ContextOverrides {
  const text = decoder.decode(metadata);
  if (!text.includes(CONTEXT_METADATA_KEY)) return NO_OVERRIDES;
  const fields: unknown = JSON.parse(text);
  const own = isObject(fields) ? fields[CONTEXT_METADATA_KEY] : undefined;
  const parsed = contextOverridesSchema.safeParse(own);
  return parsed.success ? parsed.data : NO_OVERRIDES;
}

/** The agent as this session has it. */
export function agentOfSession<A extends AgentRecord>(
  agent: A,
  session: Pick<Session, 'metadata'>,
): A {
  const overrides = overridesOf(session);
  if (overrides === NO_OVERRIDES) return agent;
  return {
    ...agent,
    messageHistoryMode: overrides.message_history_mode ?? agent.messageHistoryMode,
    messageHistoryLimit: overrides.message_history_limit ?? agent.messageHistoryLimit,
    messageHistoryParts: overrides.message_history_parts ?? agent.messageHistoryParts,
    compactionTokenBudget: overrides.token_budget ?? agent.compactionTokenBudget,
  };
}
