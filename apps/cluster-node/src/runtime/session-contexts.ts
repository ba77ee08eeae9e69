import {
  CONTEXT_METADATA_KEY,
  type ContextOverrides,
  type Failure,
  invalidField,
  PAGE_BYTES_MAX,
  type WebhookMessage,
} from '@fleetlm/protocol';
import { CONTEXT_KIND } from '@fleetlm/protocol/thread';
import {
  agentOfSession,
  newestFitting,
  overridesOf,
  threadHistory,
  tokensOf,
} from '../effects/dispatch/index.ts';
import type { AgentRecord } from '../membership/agent-record.ts';
import type { Result } from '../outcome.ts';
import type { ContextReadError, ContextRuntime } from './contexts-api.ts';
import type { Runtime, SessionView } from './runtime-api.ts';

class ReadFailure extends Error {
  readonly failure: Failure<ContextReadError>;

  constructor(failure: Failure<ContextReadError>) {
    super(failure.detail);
    this.name = 'ReadFailure';
    this.failure = failure;
  }
}

const ENTIRE = {
  messageHistoryMode: 'entire',
  messageHistoryLimit: 1,
  messageHistoryParts: 'all',
} as const;

const decoder = new TextDecoder();

export class SessionContexts implements ContextRuntime {
  readonly #runtime: Pick<Runtime, 'readMessages' | 'updateSession' | 'append'>;

  constructor(runtime: Pick<Runtime, 'readMessages' | 'updateSession' | 'append'>) {
    this.#runtime = runtime;
  }

  read(session: SessionView, agent: AgentRecord): ReturnType<ContextRuntime['read']> {
    const own = agentOfSession(agent, session);
    return reading(async () => {
      const { messages, isTruncated, compactedThroughSeq } = await this.#history(session, own);
      const shown = newestFitting(messages, (message) => JSON.stringify(message), PAGE_BYTES_MAX);
      return {
        messages: shown.map((json): WebhookMessage => JSON.parse(json)),
        tokens: tokensOf(messages),
        isTruncated,
        compactedThroughSeq,
        tokenBudget: own.compactionTokenBudget,
        overrides: overridesOf(session),
        omitted: messages.length - shown.length,
      };
    });
  }

  override(
    session: SessionView,
    overrides: ContextOverrides,
  ): ReturnType<ContextRuntime['override']> {
    const { [CONTEXT_METADATA_KEY]: _before, ...others } = metadataOf(session);
    const isNone = Object.values(overrides).every((value) => value === null);
    const metadata = isNone ? others : { ...others, [CONTEXT_METADATA_KEY]: overrides };
    return this.#runtime.updateSession(session.id, { metadata, status: null });
  }

  async summarize(
    session: SessionView,
    throughSeq: number,
    summary: string,
  ): ReturnType<ContextRuntime['summarize']> {
    const whole = await reading(() => this.#history(session, ENTIRE));
    if (!whole.ok) return whole;
    const through = whole.value.messages.findLast(({ seq }) => seq <= throughSeq);
    if (through === undefined || throughSeq > session.lastSeq) {
      const message = `must be the number of a message, at most ${session.lastSeq}`;
      return { ok: false, error: invalidField('through_seq', message) };
    }
    const compaction = { through_id: through.id, through_seq: through.seq, summary };
    const appended = await this.#runtime.append({
      sessionId: session.id,
      sender: { type: 'agent', id: session.agentId },
      kind: CONTEXT_KIND,
      content: { compaction },
      metadata: {},
      clientMessageId: null,
    });
    return appended.ok ? { ok: true, value: null } : appended;
  }

  #history(
    { id, lastSeq }: SessionView,
    settings: Parameters<typeof threadHistory>[1],
  ): ReturnType<typeof threadHistory> {
    return threadHistory(lastSeq, settings, async (beforeSeq, limit) => {
      const page = await this.#runtime.readMessages({ sessionId: id, beforeSeq, limit });
      if (page.ok) return page.value.messages;
      throw new ReadFailure(page.error);
    });
  }
}

async function reading<T>(read: () => Promise<T>): Promise<Result<T, ContextReadError>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    if (error instanceof ReadFailure) return { ok: false, error: error.failure };
    throw error;
  }
}

function metadataOf({ metadata }: SessionView): Readonly<Record<string, unknown>> {
  const fields: Readonly<Record<string, unknown>> = JSON.parse(decoder.decode(metadata));
  return fields;
}
