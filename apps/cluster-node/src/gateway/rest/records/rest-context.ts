import type { ContextAnswer } from '@fleetlm/protocol';
import type { Runtime, SessionContext, SessionView } from '../../../runtime/runtime-api.ts';
import { knownAgent, visibleSession } from '../../access/access.ts';
import type { Identity } from '../../access/identity.ts';
import type { Refusals } from '../../refusals.ts';
import type { Handlers } from '../rest-call.ts';

type ReadErrors =
  | 'not_found'
  | 'no_quorum'
  | 'timeout'
  | 'overloaded'
  | 'archive_unavailable'
  | 'internal';

interface ContextCall extends Refusals<ReadErrors> {
  readonly identity: Identity;
  readonly params: { readonly id: string };
}

/** What the agent of a conversation is sent: for operators, who look after agents. */
export function contextHandlers(runtime: Runtime) {
  /** An operator sees the conversations of all users here. */
  const sessionOf = (call: ContextCall): Promise<SessionView> =>
    visibleSession(runtime, { type: 'api-key' }, call.params.id, call);

  const contextOf = async (call: ContextCall): Promise<ContextAnswer> => {
    const session = await sessionOf(call);
    const agent = await knownAgent(runtime, session.agentId, call);
    return contextBody(call.value(await runtime.contexts.read(session, agent)));
  };

  return {
    getContext: (call) => contextOf(call),

    setContext: async (call) => {
      const session = await sessionOf(call);
      call.value(await runtime.contexts.override(session, call.body.overrides));
      return contextOf(call);
    },

    summarizeContext: async (call) => {
      const { through_seq, summary } = call.body;
      const session = await sessionOf(call);
      call.value(await runtime.contexts.summarize(session, through_seq, summary));
      return contextOf(call);
    },
  } satisfies Partial<Handlers>;
}

function contextBody(context: SessionContext): ContextAnswer {
  return {
    messages: [...context.messages],
    tokens: context.tokens,
    truncated: context.isTruncated,
    compacted_through_seq: context.compactedThroughSeq,
    token_budget: context.tokenBudget,
    overrides: context.overrides,
    omitted: context.omitted,
  };
}
