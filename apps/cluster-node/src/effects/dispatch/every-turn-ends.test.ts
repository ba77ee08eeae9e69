import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../ports.ts';
import { ATTEMPTS_MAX } from './attempt/retry-policy.ts';
import type { DispatchPorts } from './dispatch-api.ts';
import { DispatchBed, GROUP, sessionIdOf } from './testing/dispatch-bed.ts';
import { delta, HELLO, OPENING, sse, stream } from './testing/fake-agent.ts';
import { FAULTS, THROWN } from './testing/throws.ts';

/**
 * Whatever is thrown at whatever the engine waits for: the turn ends with a message or as failed with a dead letter, the
 * agent is not called for ever, and slots and bytes come back. Each session has a fault and an agent of its own.
 */

const LIMITS = { portLimitMs: 200, setbackPauseMaxMs: 200, commitLimitMs: 3_000, commitRetryMs: 5 };
const TEST_LIMIT_MS = 60_000;

let bed: DispatchBed;

beforeEach(async () => {
  bed = new DispatchBed();
  const originUrl = await bed.agent.listen();
  for (const at of FAULTS.keys()) {
    bed.setAgent({ id: `agent-${at}`, originUrl });
    bed.createSession(sessionIdOf(at), `agent-${at}`, `user-${at}`);
  }
});
afterEach(async () => {
  // What was thrown has been reported; here it is thrown on purpose.
  bed.errors.length = 0;
  await bed.close();
});

/** Does what the fault of this session says, as often as it says; null: nothing. */
class Faults {
  readonly #done = new Set<number>();

  /** Throws, or a promise that rejects or hangs. */
  at(number: number): Promise<never> | null {
    const fault = FAULTS[number];
    if (fault === undefined || (!fault.isAlways && this.#done.has(number))) return null;
    this.#done.add(number);
    if (fault.mode === 'throws') throw fault.make();
    if (fault.mode === 'hangs') return new Promise<never>(() => undefined);
    return Promise.reject(fault.make());
  }

  ofSession(sessionId: string): Promise<never> | null {
    return this.at(Number(sessionId.slice(6)));
  }

  ofAgent(agentId: string): Promise<never> | null {
    return this.at(Number(agentId.slice('agent-'.length)));
  }
}

/** For ports that answer at once: a fault that is a promise is none. */
function atOnce(fault: Promise<never> | null): void {
  fault?.catch(() => undefined);
}

async function runsWith(changes: Partial<DispatchPorts>): Promise<void> {
  bed.takeOver(changes, LIMITS);
  for (const at of FAULTS.keys()) await bed.say('hi', sessionIdOf(at));
}

const statusOf = (at: number): string => bed.session(sessionIdOf(at)).dispatch.status;
const isOver = (at: number): boolean => ['idle', 'failed'].includes(statusOf(at));
const describeFault = (at: number): string => {
  const { name = '', mode = '', isAlways = false } = FAULTS[at] ?? {};
  return `${at}: ${name} ${mode} ${isAlways ? 'always' : 'once'}`;
};

async function everyTurnEnds(
  isExcepted: (fault: (typeof FAULTS)[number]) => boolean = () => false,
  name = '',
): Promise<void> {
  const numbers = [...FAULTS.entries()].flatMap(([at, fault]) => (isExcepted(fault) ? [] : [at]));
  await expect
    .poll(() => numbers.filter((at) => !isOver(at)).map((at) => `${name} ${describeFault(at)}`), {
      timeout: TEST_LIMIT_MS - 10_000,
      interval: 50,
    })
    .toEqual([]);
  for (const at of numbers) {
    const sessionId = sessionIdOf(at);
    const last = bed.session(sessionId).tail.at(-1);
    const outcomes = bed.reports.filter((report) => report.sessionId === sessionId);
    if (statusOf(at) === 'idle') expect(last?.sender.type, describeFault(at)).toBe('agent');
    else expect(outcomes.at(-1)?.outcome, describeFault(at)).toBe('failed');
  }
}

/** Of one session, whatever becomes of it. */
function callsAreBounded(): void {
  const calls = new Map<unknown, number>();
  for (const { headers } of bed.agent.calls) {
    const id = headers['webhook-id'];
    calls.set(id, (calls.get(id) ?? 0) + 1);
  }
  expect([...calls.values()].filter((count) => count > ATTEMPTS_MAX)).toEqual([]);
}

async function allIsGivenBack(): Promise<void> {
  await expect
    .poll(() => bed.engine.stats, { timeout: 10_000 })
    .toMatchObject({ running: 0, queued: 0, answersBytes: 0 });
  callsAreBounded();
}

test('there are more than a hundred kinds of faults', () => {
  expect(FAULTS.length).toBeGreaterThan(100);
});

test.each<[name: string, changes: (faults: Faults) => Partial<DispatchPorts>]>([
  ['history', (faults) => ({ history: async ({ id }) => faults.ofSession(id) ?? NO_HISTORY })],
  [
    'history, at once',
    (faults) => ({ history: ({ id }) => faults.ofSession(id) ?? Promise.resolve(NO_HISTORY) }),
  ],
  [
    'publishChunk',
    (faults) => ({ publishChunk: (one) => atOnce(faults.ofSession(one.sessionId)) }),
  ],
  [
    'signingSecrets',
    (faults) => ({
      signingSecrets: ({ id, secret }) => {
        atOnce(faults.ofAgent(id));
        return [secret];
      },
    }),
  ],
  [
    'agent',
    (faults) => ({
      agent: (id) => {
        atOnce(faults.ofAgent(id));
        return bed.agents.get(id) ?? null;
      },
    }),
  ],
])(
  '%s',
  async (_, changes) => {
    await runsWith(changes(new Faults()));
    await everyTurnEnds();
    await allIsGivenBack();
  },
  TEST_LIMIT_MS,
);

const NO_HISTORY = {
  messages: [],
  trigger: 'submit-message',
  continues: null,
  isTruncated: false,
  compactedThroughSeq: null,
} as const;

test(
  'onAttempt',
  async () => {
    const faults = new Faults();
    await runsWith({
      onAttempt: (report) => {
        bed.reports.push(report);
        atOnce(faults.ofSession(report.sessionId));
      },
    });
    await everyTurnEnds();
    await allIsGivenBack();
  },
  TEST_LIMIT_MS,
);

test(
  'disableAgent',
  async () => {
    const faults = new Faults();
    bed.agent.handler = (_, response) => response.writeHead(410).end();
    await runsWith({ disableAgent: (id) => faults.ofAgent(id) ?? Promise.resolve() });
    await everyTurnEnds();
    await allIsGivenBack();
  },
  TEST_LIMIT_MS,
);

test(
  'onError, for each of them',
  async () => {
    const faults = new Faults();
    let thrown = 0;
    await runsWith({
      history: async ({ id }) => faults.ofSession(id) ?? NO_HISTORY,
      onError: () => {
        thrown += 1;
        throw THROWN[thrown % THROWN.length]?.[1]();
      },
    });
    await everyTurnEnds();
    await allIsGivenBack();
    expect(thrown).toBeGreaterThan(0);
  },
  TEST_LIMIT_MS,
);

function proposalsFail(type: Command['type']): Partial<DispatchPorts> {
  const faults = new Faults();
  return {
    propose: (_, command) =>
      (command.type === type && 'sessionId' in command
        ? faults.ofSession(command.sessionId)
        : null) ?? bed.propose(command),
  };
}

test(
  'propose start-dispatch',
  async () => {
    await runsWith(proposalsFail('start-dispatch'));
    // Without an outcome, ever, it may be that there is no quorum: the turn waits, and no agent is called.
    await everyTurnEnds(({ mode, isAlways }) => mode === 'hangs' && isAlways);
    callsAreBounded();
  },
  TEST_LIMIT_MS,
);

test(
  'propose complete-dispatch',
  async () => {
    await runsWith(proposalsFail('complete-dispatch'));
    await everyTurnEnds();
    await allIsGivenBack();
  },
  TEST_LIMIT_MS,
);

test(
  'propose defer-dispatch',
  async () => {
    bed.agent.handler = (_, response) => response.writeHead(503).end();
    await runsWith(proposalsFail('defer-dispatch'));
    await everyTurnEnds();
    await allIsGivenBack();
  },
  TEST_LIMIT_MS,
);

test(
  'propose fail-dispatch: what can never be committed costs no call beyond the last attempt',
  async () => {
    bed.agent.handler = (_, response) => response.writeHead(404).end();
    await runsWith(proposalsFail('fail-dispatch'));
    await everyTurnEnds(({ isAlways }) => isAlways);
    const always = [...FAULTS.keys()].filter((at) => FAULTS[at]?.isAlways === true);
    await expect
      .poll(
        () =>
          always.filter((at) => {
            const { dispatch } = bed.session(sessionIdOf(at));
            return dispatch.status !== 'running' || dispatch.attempt < ATTEMPTS_MAX;
          }),
        { timeout: TEST_LIMIT_MS - 10_000, interval: 50 },
      )
      .toEqual([]);
    callsAreBounded();
  },
  TEST_LIMIT_MS,
);

test(
  'propose checkpoint-answer',
  async () => {
    bed.agent.handler = (_, response) => {
      stream(response).write(sse(...OPENING, delta('Hello')));
      setTimeout(() => response.end(sse({ type: 'text-end', id: '1' }, { type: 'finish' })), 1_500);
    };
    await runsWith(proposalsFail('checkpoint-answer'));
    await everyTurnEnds();
    await allIsGivenBack();
  },
  TEST_LIMIT_MS,
);

test.each(['wallClockMs', 'random', 'newMessageId', 'led', 'catchUpAgents'] as const)(
  '%s, a third of the time, of each kind in turn',
  async (port) => {
    const seed = Date.now() % 1_000_000;
    let state32 = seed;
    let thrown = 0;
    const flaky = (): void => {
      state32 = (Math.imul(state32, 1_664_525) + 1_013_904_223) >>> 0;
      if ((state32 >>> 16) % 3 > 0) return;
      thrown += 1;
      throw THROWN[thrown % THROWN.length]?.[1]();
    };
    const often = <T>(name: typeof port, value: T): T => {
      if (name === port) flaky();
      return value;
    };
    const { state } = bed;
    bed.agent.handler = (_, response) => {
      if (bed.agent.calls.length % 2 === 0) response.writeHead(503).end();
      else stream(response).end(sse(...HELLO));
    };
    await runsWith({
      wallClockMs: () => often('wallClockMs', Date.now()),
      random: () => often('random', 0.5),
      newMessageId: () => often('newMessageId', crypto.randomUUID()),
      led: (group) => often('led', group === GROUP ? { group, term: 1, state } : null),
      catchUpAgents: async () => often('catchUpAgents', true),
    });
    await everyTurnEnds(() => false, `seed ${seed}`);
    await allIsGivenBack();
    expect(thrown).toBeGreaterThan(0);
  },
  TEST_LIMIT_MS,
);
