import { apply, type Command, createGroupState, type Reply } from '@fleetlm/conversation';
import { groupOfSession } from '@fleetlm/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Proposed } from '../effects/ports.ts';
import { MESH_FRAME_BYTES_MAX } from '../limits.ts';
import type { Attempt, ExecutionPorts } from '../operations/execution.ts';
import type { Operation } from '../operations/operations.ts';
import { executeOperation } from '../operations/table.ts';
import { APPEND, SESSION } from '../operations/testing/append-operation.ts';
import { ok, refused } from '../outcome.ts';
import { reportHandlerErrors } from '../telemetry/guarded.ts';
import { encodeResponse } from './call-codec.ts';
import { RemoteCalls } from './remote-calls.ts';
import { Router } from './router.ts';

const GROUP = groupOfSession(SESSION) ?? -1;
const utf8 = new TextEncoder();

/** A leader whose agent interrupts: an append holds the answer in progress. */
class Leader {
  readonly errors: unknown[] = [];
  held = 0;
  /** Why the agent is not called today. */
  spent: string | null = null;
  propose: (command: Command, done: (outcome: Proposed) => void) => void = () => {
    throw new RangeError('a proposal of 2000000 bytes');
  };
  readonly #state = createGroupState();
  readonly ports: ExecutionPorts;

  constructor() {
    apply(this.#state, {
      type: 'create-session',
      sessionId: SESSION,
      userId: 'alice',
      agentId: 'bot',
      metadata: utf8.encode('{}'),
      timeMs: 1,
    });
    const ports = {
      groups: {
        state: () => this.#state,
        isCold: () => false,
        head: () => null,
        propose: (_group: number, command: Command, done: (outcome: Proposed) => void) =>
          this.propose(command, done),
      },
      dispatch: {
        hold: () => {
          this.held += 1;
          let isHeld = true;
          return {
            held: { epoch: 1, attempt: 1, partial: null },
            release: () => {
              if (isHeld) this.held -= 1;
              isHeld = false;
            },
          };
        },
      },
      agent: () => ({ whileAnswering: 'interrupt', debounceWindowMs: 0 }),
      budgetRefusal: () => this.spent,
      leaderOf: () => 1,
      isReadyLeader: () => true,
      wallClockMs: () => 1,
      onError: (error: unknown) => this.errors.push(error),
    };
    this.ports = ports as unknown as ExecutionPorts;
  }

  run(operation: Operation): readonly Attempt[] {
    const attempts: Attempt[] = [];
    executeOperation(operation, this.ports, (attempt) => attempts.push(attempt));
    return attempts;
  }
}

const handled: unknown[] = [];
beforeEach(() => {
  handled.length = 0;
  reportHandlerErrors((_source, error) => handled.push(error));
});
afterEach(() =>
  reportHandlerErrors((_source, error) => {
    throw error;
  }),
);

test('of an agent that has spent its budget nothing is proposed, and no answer is held', () => {
  const leader = new Leader();
  leader.spent = 'This agent has used up its budget for today.';
  const refused = { status: 'refused', code: 'budget_exhausted', detail: leader.spent };
  expect(leader.run(APPEND)).toEqual([refused]);
  expect(leader.errors).toEqual([]);
  expect(leader.held).toBe(0);
  leader.propose = (_command, done) => done(ok({ type: 'done' }));
  // What the agent itself sends is no turn of it.
  leader.run({ ...APPEND, sender: { type: 'agent', id: 'bot' } });
  expect(leader.errors).toHaveLength(1);
});

describe('an operation that fails where it is carried out', () => {
  test('answers once, and releases the answer that it held', () => {
    const leader = new Leader();
    expect(leader.run(APPEND)).toMatchObject([
      { status: 'unknown', failure: { code: 'internal' } },
    ]);
    expect(leader.held).toBe(0);
    expect(leader.errors).toHaveLength(1);
  });

  test('answers once when its callback fails, which comes later', () => {
    const leader = new Leader();
    leader.propose = (_command, done) => done(ok(null as unknown as Reply));
    expect(leader.run(APPEND)).toMatchObject([{ failure: { code: 'internal' } }]);
    expect(leader.held).toBe(0);
  });

  test.each([
    ['too-large', 'payload_too_large'],
    ['malformed', 'invalid_request'],
  ] as const)('a refusal as %s is final, here and forwarded: %s', async (reason, code) => {
    const leader = new Leader();
    let proposals = 0;
    leader.propose = (_command, done) => {
      proposals += 1;
      done({ status: 'refused', code: reason, leader: 0 });
    };
    for (const leads of [1, 2]) {
      const routers: Router[] = [];
      const router = (self: number): Router =>
        new Router({
          self,
          isGroup: () => true,
          nodeIdOf: (node) => `n${node}`,
          isConnected: () => true,
          leaderOf: () => leads,
          replicasOf: () => [1, 2],
          holds: () => true,
          metrics: { routerAttempts: { inc: () => undefined } },
          syncMs: () => 0,
          monotonicMs: () => performance.now(),
          random: () => 0,
          sendRequest: (_nodeId, frame) => {
            setImmediate(() => routers[1]?.remote.handleRequest('n1', frame));
            return true;
          },
          sendResponse: (_nodeId, frame) => {
            setImmediate(() => routers[0]?.remote.handleResponse('n2', frame));
            return true;
          },
          execute: (operation, done) => executeOperation(operation, leader.ports, done),
          log: pino({ enabled: false }),
        });
      routers.push(router(1), router(2));
      expect(await routers[0]?.request(APPEND)).toMatchObject({ status: 'refused', code });
      expect(leader.held).toBe(0);
      for (const each of routers) each.close();
    }
    expect(proposals).toBe(2);
  });
});

describe('calls between nodes', () => {
  /** What one node answers to a call of another. */
  function serve(execute: (done: (attempt: Attempt) => void) => void): {
    readonly frames: Uint8Array[];
    readonly attempts: Attempt[];
  } {
    const frames: Uint8Array[] = [];
    const attempts: Attempt[] = [];
    const options = { log: pino({ enabled: false }), sendResponse: () => true };
    const server = new RemoteCalls({
      ...options,
      sendRequest: () => true,
      sendResponse: (_nodeId, frame) => {
        frames.push(frame);
        client.handleResponse('n2', frame);
        return true;
      },
      execute: (_operation, done) => execute(done),
    });
    const client = new RemoteCalls({
      ...options,
      sendRequest: (_nodeId, frame) => {
        setImmediate(() => server.handleRequest('n1', frame));
        return true;
      },
      execute: () => undefined,
    });
    client.request('n2', GROUP, APPEND, (attempt) => attempts.push(attempt));
    return { frames, attempts };
  }

  test('a call that throws is answered, counted, and leaves no place taken', async () => {
    const { attempts } = serve(() => {
      throw new RangeError('a defect');
    });
    await expect.poll(() => attempts).toEqual([{ status: 'unknown' }]);
    expect(handled).toHaveLength(1);
  });

  test.each([-1, 0, 1, 1_000_000])(
    'an answer of %i bytes more than a frame fails its own call only',
    async (over) => {
      const answer = (length: number): Attempt => {
        const detail = 'x'.repeat(length);
        return refused({ code: 'conflict', detail });
      };
      const overhead =
        encodeResponse(1, 'read-messages', answer(MESH_FRAME_BYTES_MAX)).length -
        MESH_FRAME_BYTES_MAX;
      const { frames, attempts } = serve((done) =>
        done(answer(MESH_FRAME_BYTES_MAX - overhead + over)),
      );
      await expect.poll(() => attempts.length).toBe(1);
      for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(MESH_FRAME_BYTES_MAX);
      const code = over > 0 ? 'internal' : 'conflict';
      expect(attempts).toMatchObject([{ status: 'refused', code }]);
    },
  );

  test('a request above a frame is refused before anything is sent', () => {
    const attempts: Attempt[] = [];
    const client = new RemoteCalls({
      log: pino({ enabled: false }),
      sendRequest: () => {
        throw new Error('sent');
      },
      sendResponse: () => true,
      execute: () => undefined,
    });
    const message = { ...APPEND.message, payload: new Uint8Array(MESH_FRAME_BYTES_MAX) };
    client.request('n2', GROUP, { ...APPEND, message }, (attempt) => attempts.push(attempt));
    expect(attempts).toEqual([{ status: 'refused', code: 'too-large', leader: 0 }]);
  });
});
