import { type AgentBody, type UpdateAgent, updateAgentSchema } from '@fleetlm/protocol';
import * as z from 'zod';

/** What the form holds: text, as it was typed. */
export type FormValues = ReturnType<typeof valuesOf>;

const NUMBERS: ReadonlySet<string> = new Set([
  'message_history_limit',
  'debounce_window_ms',
  'timeout_ms',
  'connect_timeout_ms',
  'idle_timeout_ms',
  'total_timeout_ms',
  'compaction_token_budget',
  'compaction_trigger_ratio',
]);

/** An agent's settings as text; nothing for what it does not have. */
export function valuesOf(agent: AgentBody) {
  return {
    name: textOf(agent.name),
    origin_url: textOf(agent.origin_url),
    webhook_path: textOf(agent.webhook_path),
    message_history_mode: textOf(agent.message_history_mode),
    while_answering: textOf(agent.while_answering),
    after_node_loss: textOf(agent.after_node_loss),
    compaction_webhook_url: textOf(agent.compaction_webhook_url),
    message_history_limit: textOf(agent.message_history_limit),
    debounce_window_ms: textOf(agent.debounce_window_ms),
    timeout_ms: textOf(agent.timeout_ms),
    connect_timeout_ms: textOf(agent.connect_timeout_ms),
    idle_timeout_ms: textOf(agent.idle_timeout_ms),
    total_timeout_ms: textOf(agent.total_timeout_ms),
    compaction_token_budget: textOf(agent.compaction_token_budget),
    compaction_trigger_ratio: textOf(agent.compaction_trigger_ratio),
  };
}

export function isSetting(name: string | undefined, values: FormValues): name is keyof FormValues {
  return name !== undefined && Object.hasOwn(values, name);
}

function textOf(value: string | number | null): string {
  return value === null ? '' : String(value);
}

/** The fields that differ from the agent's. What is no number is passed on as it is, so that the schema names the field. */
export function changedFields(agent: AgentBody, values: FormValues): UpdateAgent['agent'] {
  const before = Object.entries(valuesOf(agent));
  const after = new Map(Object.entries(values));
  const changed = before.flatMap(([name, value]) => {
    const typed = after.get(name)?.trim() ?? '';
    if (typed === value) return [];
    const number = Number(typed);
    const isNumber = NUMBERS.has(name) && typed !== '' && !Number.isNaN(number);
    return [[name, typed === '' ? null : isNumber ? number : typed] as const];
  });
  return Object.fromEntries(changed);
}

/** What the form holds, as the change of this agent that it means; what is wrong is named by the field. */
export function settingsSchema(agent: AgentBody) {
  return z
    .custom<FormValues>()
    .transform((values): z.input<typeof updateAgentSchema>['agent'] => changedFields(agent, values))
    .pipe(updateAgentSchema.shape.agent);
}
