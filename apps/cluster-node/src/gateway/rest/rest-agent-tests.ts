import { AGENT_DEFAULTS, type AgentTestAnswer, type AgentTestBody } from '@fleetlm/protocol';
import type { Runtime, TestReport } from '../../runtime/runtime-api.ts';
import { knownAgent } from '../access/access.ts';
import { exchanged } from '../delivery-wire.ts';
import type { Handlers } from './rest-call.ts';

/** The id that a call names whose agent has none yet. */
const NEW_AGENT_ID = 'new-agent';

/** One call to an agent, to see what it does. */
export function agentTestHandlers(runtime: Runtime) {
  return {
    testAgent: async (call) => {
      const { text, earlier, session_id, origin_url, webhook_path } = call.body;
      const agent = await knownAgent(runtime, call.params.id, call);
      const conversation = { text, earlier, sessionId: session_id ?? null };
      const address = {
        originUrl: origin_url ?? agent.originUrl,
        webhookPath: webhook_path ?? agent.webhookPath,
      };
      return testAnswer(call.value(await runtime.testAgent(agent, address, conversation)));
    },

    testNewAgent: async ({ body, value }) => {
      const { agent, text } = body;
      const report = await runtime.testNewAgent(
        {
          id: agent.id ?? NEW_AGENT_ID,
          originUrl: agent.origin_url,
          webhookPath: agent.webhook_path ?? AGENT_DEFAULTS.webhook_path,
          adapter: agent.adapter ?? AGENT_DEFAULTS.adapter,
          model: agent.adapter_options?.model ?? AGENT_DEFAULTS.model,
          apiKey: agent.adapter_options?.api_key ?? AGENT_DEFAULTS.api_key,
          headers: agent.headers ?? {},
          timeoutMs: agent.timeout_ms ?? AGENT_DEFAULTS.timeout_ms,
          connectTimeoutMs: agent.connect_timeout_ms ?? AGENT_DEFAULTS.connect_timeout_ms,
          idleTimeoutMs: agent.idle_timeout_ms ?? null,
          totalTimeoutMs: agent.total_timeout_ms ?? null,
          messageHistoryMode: AGENT_DEFAULTS.message_history_mode,
          messageHistoryParts: AGENT_DEFAULTS.message_history_parts,
          messageHistoryLimit: AGENT_DEFAULTS.message_history_limit,
        },
        agent.secret ?? null,
        text,
      );
      return testAnswer(value(report));
    },
  } satisfies Partial<Handlers>;
}

function testAnswer(report: TestReport): AgentTestAnswer {
  const test: AgentTestBody = {
    is_healthy: report.isHealthy,
    url: report.url,
    status: report.status,
    error_code: report.failure?.code ?? null,
    error: report.failure?.detail ?? null,
    first_byte_ms: rounded(report.firstByteMs),
    first_token_ms: rounded(report.firstTokenMs),
    total_ms: rounded(report.totalMs) ?? 0,
    request: exchanged(report.request),
    response: exchanged(report.response),
    chunks: report.chunks.map(({ atMs, text, error }) => ({ at_ms: atMs, text, error })),
    chunk_count: report.chunkCount,
    findings: report.findings.map((finding) => ({ ...finding })),
    session_id: report.sessionId,
    answer: report.answer === null ? null : report.answer.map((part) => ({ ...part })),
  };
  return { test };
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
