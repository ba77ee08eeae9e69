import {
  apply,
  type Command,
  createGroupState,
  evictionCandidates,
  exportState,
  flushCandidates,
  type GroupState,
  type NewMessage,
} from '@fleetlm/conversation';

const SESSION = '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ';
const OTHER = '7f-01J9ZZZZZZZZZZZZZZZZZZZZZZ';
const encoder = new TextEncoder();

function message(number: number, kind = 'text'): NewMessage {
  const preview = `message ${number} – 你好`;
  return {
    id: `0197d3b0-0000-7000-8000-${number.toString(16).padStart(12, '0')}`,
    kind,
    payload: encoder.encode(JSON.stringify({ content: { text: preview }, metadata: { number } })),
    preview,
  };
}

/** At least one command of every type, each accepted, and what they lead to. */
export function formatStory(): {
  readonly commands: readonly Command[];
  readonly state: GroupState;
} {
  const state = createGroupState();
  const commands: Command[] = [];
  let timeMs = 1_700_000_000_000;
  const add = (
    make: (at: { readonly sessionId: string; readonly timeMs: number }) => Command,
  ): void => {
    timeMs += 1_000;
    const command = make({ sessionId: SESSION, timeMs });
    const { reply } = apply(state, command);
    if (reply.type === 'refused') throw new Error(`${command.type}: ${reply.detail}`);
    commands.push(command);
  };
  const say = (
    number: number,
    more: Partial<Extract<Command, { type: 'append-message' }>> = {},
  ): void =>
    add((at) => ({
      type: 'append-message',
      ...at,
      sender: { type: 'user', id: 'alice' },
      clientMessageId: number % 2 === 0 ? `client-${number}` : message(number).id,
      message: message(number),
      debounceMs: 500,
      whileAnswering: 'queue',
      held: null,
      ...more,
    }));
  for (const sessionId of [SESSION, OTHER])
    add((at) => ({
      type: 'create-session',
      ...at,
      sessionId,
      userId: 'alice',
      agentId: 'support-bot',
      metadata: encoder.encode('{"plan":"pro"}'),
    }));
  say(1);
  add((at) => ({ type: 'start-dispatch', ...at, epoch: 1, attempt: 1 }));
  add((at) => ({
    type: 'defer-dispatch',
    ...at,
    epoch: 1,
    attempt: 1,
    nextAttemptAtMs: at.timeMs,
    error: 'status 503',
  }));
  add((at) => ({ type: 'start-dispatch', ...at, epoch: 1, attempt: 2 }));
  add((at) => ({
    type: 'checkpoint-answer',
    ...at,
    epoch: 1,
    attempt: 2,
    fromIndex: 0,
    toIndex: 3,
    chunks: Uint8Array.of(1, 2, 3),
  }));
  add((at) => ({
    type: 'complete-dispatch',
    ...at,
    epoch: 1,
    attempt: 2,
    message: message(2, 'assistant'),
  }));
  add((at) => ({ type: 'mark-read', ...at, userId: 'alice', lastSeq: 2 }));
  say(3);
  add((at) => ({ type: 'start-dispatch', ...at, epoch: 2, attempt: 1 }));
  add((at) => ({ type: 'fail-dispatch', ...at, epoch: 2, attempt: 1, error: 'status 500' }));
  add((at) => ({ type: 'retry-dispatch', ...at }));
  add((at) => ({ type: 'start-dispatch', ...at, epoch: 3, attempt: 1 }));
  say(4, {
    whileAnswering: 'interrupt',
    held: { epoch: 3, attempt: 1, partial: message(5, 'assistant') },
  });
  add((at) => ({ type: 'start-dispatch', ...at, epoch: 4, attempt: 1 }));
  add((at) => ({ type: 'stop-dispatch', ...at, epoch: 4, partial: message(6, 'assistant') }));
  say(7, { sender: { type: 'agent', id: 'support-bot' } });
  say(8, { sessionId: OTHER });
  add((at) => ({ type: 'update-session', ...at, metadata: encoder.encode('{}'), status: null }));
  add((at) => ({ type: 'archive-session', ...at, sessionId: OTHER }));
  add((at) => ({
    type: 'mark-flushed',
    timeMs: at.timeMs,
    mark: state.archiveMark + 1,
    watermarks: flushCandidates(state, 100).map(({ watermark }) => watermark),
  }));
  const candidates = evictionCandidates(state, {
    sessionsMax: 100,
    bytesMax: Number.POSITIVE_INFINITY,
    cleanBeforeMs: Number.POSITIVE_INFINITY,
  });
  const kept = exportState(state).sessions.find(({ id }) => id === candidates[0]?.id);
  if (kept === undefined) throw new Error('no session may leave memory');
  add(({ timeMs }) => ({
    type: 'evict-sessions',
    timeMs,
    sessions: candidates.map(({ id, inboxVersion }) => ({ sessionId: id, inboxVersion })),
  }));
  add(({ timeMs }) => ({ type: 'hydrate-session', timeMs, session: structuredClone(kept) }));
  say(9, { sessionId: kept.id });
  add((at) => ({ type: 'erase-session', ...at, sessionId: OTHER }));
  return { commands, state };
}

/** Tool calls that wait for their user: two are asked for, one is decided. */
export function requestsStory(): readonly Command[] {
  const at = { sessionId: SESSION, timeMs: 1_700_000_000_000 };
  const asking = {
    ...message(2, 'assistant'),
    requests: { names: [message(2).id], keys: ['a:ask-1', 'a:ask-2'] },
  };
  const deciding = {
    ...message(3, 'tool-response'),
    response: { name: message(2).id, keys: ['a:ask-1'] },
  };
  const say = (number: number, said: NewMessage): Command => ({
    type: 'append-message',
    ...at,
    sender: { type: 'user', id: 'alice' },
    clientMessageId: `client-${number}`,
    message: said,
    debounceMs: 500,
    whileAnswering: 'queue',
    held: null,
  });
  return [
    {
      type: 'create-session',
      ...at,
      userId: 'alice',
      agentId: 'support-bot',
      metadata: encoder.encode('{}'),
    },
    say(1, message(1)),
    { type: 'start-dispatch', ...at, epoch: 1, attempt: 1 },
    { type: 'complete-dispatch', ...at, epoch: 1, attempt: 1, message: asking },
    say(3, deciding),
  ];
}
