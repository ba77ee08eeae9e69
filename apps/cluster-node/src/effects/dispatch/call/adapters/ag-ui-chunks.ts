import { isObject } from '@fleetlm/protocol/ui-stream';
import type * as z from 'zod';
import { errorText } from '../../../error-text.ts';
import type { Chunk } from '../../dispatch-api.ts';
import { RUN_EVENTS, type RunMessage, type RunUsage } from './ag-ui-events.ts';
import { AgentState, StateError } from './ag-ui-state.ts';
import { hasText, type OpenCall, parsedJson, ReplyWriter, tokenCounts } from './reply-writer.ts';
import { type EventTranslation, quoted, type TakenEvent, wrongEvent } from './translated-reader.ts';

/** The part of a reply that holds the agent's state behind it: with the next call it is sent back. */
export const STATE_PART = 'data-ag-ui-state';
const FAILED = 'The agent reported an error without saying which.';

/** Thrown within one event; `take` reports it. */
class WrongEventError extends Error {}

/** The chunks of one AG-UI run, event by event. */
export class RunChunks implements EventTranslation {
  readonly #writer = new ReplyWriter();
  readonly #state: AgentState;
  readonly #calls = new Map<string, OpenCall>();
  /** Calls whose results came: the agent has run them itself. */
  readonly #answered = new Set<OpenCall>();
  /** Messages of others than the agent that it sends along. */
  readonly #others = new Set<string>();
  /** What a shorthand event without an id continues. */
  #openMessage = '';
  #openCall: OpenCall | null = null;
  /** The newest of the agent's own messages, of a run that sends them whole. */
  #snapshot: readonly RunMessage[] = [];

  /** `sent`: the body of the call. */
  constructor(sent: string) {
    this.#state = new AgentState(() => stateOf(sent));
  }

  get isEnded(): boolean {
    return this.#writer.isEnded;
  }

  take(value: unknown): TakenEvent {
    try {
      this.#take(value);
      return { ok: true, chunks: this.#writer.given() };
    } catch (error) {
      if (!(error instanceof WrongEventError || error instanceof StateError)) throw error;
      return { ok: false, chunks: this.#writer.given(), detail: error.message };
    }
  }

  /** Only RUN_FINISHED says that a run is whole. */
  end(): readonly Chunk[] {
    return this.#writer.given();
  }

  #take(value: unknown): void {
    const type = isObject(value) ? value.type : undefined;
    switch (type) {
      case 'TEXT_MESSAGE_START': {
        const { messageId, role } = parsed(type, value);
        if (isAgents(role)) this.#openMessage = messageId;
        else this.#others.add(messageId);
        return;
      }
      case 'TEXT_MESSAGE_CONTENT': {
        const { messageId, delta } = parsed(type, value);
        if (!this.#others.has(messageId)) this.#writer.write('text', delta, messageId);
        return;
      }
      case 'TEXT_MESSAGE_END':
        if (!this.#others.has(parsed(type, value).messageId)) this.#writer.closeText();
        return;
      case 'TEXT_MESSAGE_CHUNK': {
        const { messageId, role, delta } = parsed(type, value);
        this.#openMessage = messageId ?? this.#openMessage;
        if (!isAgents(role)) this.#others.add(this.#openMessage);
        if (!this.#others.has(this.#openMessage))
          this.#writer.write('text', delta, this.#openMessage);
        return;
      }
      case 'REASONING_MESSAGE_CONTENT':
      case 'REASONING_MESSAGE_CHUNK':
      case 'THINKING_TEXT_MESSAGE_CONTENT':
        this.#writer.write('reasoning', parsed(type, value).delta);
        return;
      case 'TOOL_CALL_START': {
        const { toolCallId, toolCallName } = parsed(type, value);
        this.#beginCall(toolCallId, toolCallName);
        return;
      }
      case 'TOOL_CALL_ARGS': {
        const { toolCallId, delta } = parsed(type, value);
        const call = this.#callOf(toolCallId, value);
        // Behind its end, nothing of it is read.
        if (!call.isComplete) this.#writer.writeInput(call, delta);
        return;
      }
      case 'TOOL_CALL_END':
        this.#writer.completeCall(this.#callOf(parsed(type, value).toolCallId, value));
        return;
      case 'TOOL_CALL_CHUNK': {
        const { toolCallId, toolCallName, delta } = parsed(type, value);
        if (hasText(toolCallId) && !this.#calls.has(toolCallId)) {
          if (!hasText(toolCallName)) throw new WrongEventError('a tool call has no name');
          this.#openCall = this.#beginCall(toolCallId, toolCallName);
        } else if (hasText(toolCallId)) this.#openCall = this.#callOf(toolCallId, value);
        if (this.#openCall === null)
          throw new WrongEventError(`${quoted(value)}: there is no such tool call`);
        this.#writer.writeInput(this.#openCall, delta);
        return;
      }
      case 'TOOL_CALL_RESULT': {
        const { toolCallId, content } = parsed(type, value);
        this.#result(toolCallId, content);
        return;
      }
      case 'STATE_SNAPSHOT':
        this.#state.set(parsed(type, value).snapshot);
        return;
      case 'STATE_DELTA':
        this.#state.patch(parsed(type, value).delta);
        return;
      case 'MESSAGES_SNAPSHOT': {
        const { messages } = parsed(type, value);
        const lastUser = messages.findLastIndex(({ role }) => role === 'user');
        this.#snapshot = messages.slice(lastUser + 1);
        return;
      }
      case 'ACTIVITY_SNAPSHOT': {
        const { messageId, activityType, content } = parsed(type, value);
        this.#addData('data-ag-ui-activity', { activityType, content }, messageId);
        return;
      }
      case 'CUSTOM': {
        const { name, value: data } = parsed(type, value);
        this.#addData('data-ag-ui-custom', { name, value: data ?? null });
        return;
      }
      case 'RUN_FINISHED':
        this.#finish(parsed(type, value));
        return;
      case 'RUN_ERROR':
        this.#writer.fail(errorText(parsed(type, value).message ?? FAILED));
        return;
      default:
        // Newer kinds of events are passed over; what belongs to another protocol is not.
        if (typeof type !== 'string' || !/^[A-Z][A-Z_]*$/.test(type))
          throw new WrongEventError(`${quoted(value)}: it is no AG-UI event`);
    }
  }

  #beginCall(id: string, name: string): OpenCall {
    const known = this.#calls.get(id);
    if (known !== undefined) return known;
    const call = this.#writer.beginCall(id, name);
    this.#calls.set(id, call);
    return call;
  }

  #callOf(id: string, value: unknown): OpenCall {
    const call = this.#calls.get(id);
    if (call === undefined)
      throw new WrongEventError(`${quoted(value)}: there is no such tool call`);
    return call;
  }

  /** Of a call of an earlier reply there is nothing to add it to. */
  #result(id: string, content: unknown): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#writer.completeCall(call);
    this.#writer.closeText();
    this.#answered.add(call);
    const { toolCallId } = call;
    const output = outputOf(content);
    this.#writer.addValues({ type: 'tool-output-available', toolCallId, dynamic: true, output });
  }

  #addData(type: `data-${string}`, data: unknown, id?: string): void {
    this.#writer.closeText();
    this.#writer.addValues({ type, ...(id === undefined ? {} : { id }), data });
  }

  #finish({ outcome, usage }: z.output<(typeof RUN_EVENTS)['RUN_FINISHED']>): void {
    if (!this.#writer.hasBegun) for (const message of this.#snapshot) this.#whole(message);
    const interrupts = outcome?.interrupts ?? [];
    if (interrupts.length > 0) this.#addData('data-ag-ui-interrupts', interrupts);
    const state = this.#state.changed;
    if (state !== undefined) this.#addData(STATE_PART, state, 'state');
    const [first] = usage ?? [];
    const finishReason = this.#writer.calls.length > this.#answered.size ? 'tool-calls' : 'stop';
    this.#writer.end(finishReason, {
      finish_reason: finishReason,
      ...(hasText(first?.model) ? { model: first.model.toWellFormed() } : {}),
      ...(first === undefined ? {} : { usage: summed(usage ?? []) }),
    });
  }

  /** A message that came as a whole. */
  #whole({ id, role, content, toolCalls, toolCallId }: RunMessage): void {
    if (role === 'assistant') {
      if (typeof content === 'string') this.#writer.write('text', content, id ?? '');
      for (const { id: callId, function: called } of toolCalls ?? []) {
        const call = this.#beginCall(callId, called.name);
        this.#writer.writeInput(call, called.arguments);
        this.#writer.completeCall(call);
      }
    } else if (role === 'reasoning' && typeof content === 'string')
      this.#writer.write('reasoning', content);
    else if (role === 'tool' && hasText(toolCallId)) this.#result(toolCallId, content);
  }
}

function isAgents(role: string | null | undefined): boolean {
  return role === null || role === undefined || role === 'assistant';
}

/** A result is a text, which is JSON more often than not. */
function outputOf(content: unknown): unknown {
  if (typeof content !== 'string') return content ?? null;
  const json = /^\s*[[{]/.test(content) ? parsedJson(content) : null;
  return json?.ok === true ? json.value : content;
}

function parsed<N extends keyof typeof RUN_EVENTS>(
  name: N,
  value: unknown,
): z.output<(typeof RUN_EVENTS)[N]> {
  const result = RUN_EVENTS[name].safeParse(value);
  // The compiler does not relate the name to its schema.
  if (result.success) return result.data as z.output<(typeof RUN_EVENTS)[N]>;
  throw new WrongEventError(wrongEvent(value, `${name} of AG-UI`, result.error.issues));
}

/** The state that the agent was sent. */
function stateOf(sent: string): unknown {
  const body: unknown = JSON.parse(sent);
  return isObject(body) ? (body.state ?? {}) : {};
}

/** An agent may have asked several models. */
function summed(usages: readonly RunUsage[]): Readonly<Record<string, number>> {
  const sum = (name: keyof RunUsage): number | undefined => {
    const counts = usages.flatMap((usage) => {
      const count = usage[name];
      return typeof count === 'number' ? [count] : [];
    });
    return counts.length === 0 ? undefined : counts.reduce((total, count) => total + count, 0);
  };
  return tokenCounts({
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    totalTokens: sum('totalTokens'),
    reasoningTokens: sum('reasoningTokens'),
    cachedInputTokens: sum('cachedInputTokens'),
  });
}
