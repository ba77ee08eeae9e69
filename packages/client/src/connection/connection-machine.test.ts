import { describe, expect, test } from 'vitest';
import { BACKOFF_MAX_MS, backoffMs, FAST_RETRY_SPREAD_MS } from './backoff.ts';
import { CONNECTION_TABLE, type ConnectionStatus } from './connection-machine.ts';

const rows = Object.entries(CONNECTION_TABLE);

describe('the connection table', () => {
  test('"stop" ends in "stopped" from everywhere, with nothing left open', () => {
    for (const [status, row] of rows) {
      expect(row.stop.to).toBe('stopped');
      if (status !== 'stopped') expect(row.stop.commands).toEqual(['disarm_timer', 'hang_up']);
    }
  });

  test('whatever leaves "online" closes the socket, and whatever enters "backing_off" has a timer', () => {
    for (const [status, row] of rows) {
      for (const transition of Object.values(row)) {
        if (status === 'online' && transition.to !== 'online')
          expect(transition.commands).toContain('hang_up');
        if (status !== 'backing_off' && transition.to === 'backing_off')
          expect(transition.commands).toContain('arm_timer');
      }
    }
  });

  test('"online" can be reached again from every state without a user, except from "signed_out"', () => {
    const automatic = [
      'token_ready',
      'opened',
      'timer',
      'token_failed',
      'dial_failed',
      'lost',
    ] as const;
    for (const from of ['authorising', 'dialling', 'online', 'backing_off'] as const) {
      const reached = new Set<ConnectionStatus>([from]);
      for (const status of reached)
        for (const event of automatic) reached.add(CONNECTION_TABLE[status][event].to);
      expect(reached).toContain('online');
    }
    for (const event of automatic) expect(CONNECTION_TABLE.signed_out[event].to).toBe('signed_out');
  });
});

describe('the wait before the next dial', () => {
  test('every other node is tried almost at once, then it grows to its bound', () => {
    expect(backoffMs(0, 3, 0.999)).toBeLessThanOrEqual(FAST_RETRY_SPREAD_MS);
    expect(backoffMs(1, 3, 0.999)).toBeLessThanOrEqual(FAST_RETRY_SPREAD_MS);
    expect(backoffMs(2, 3, 0)).toBe(200);
    expect(backoffMs(50, 3, 0.999)).toBeLessThanOrEqual(BACKOFF_MAX_MS);
    expect(backoffMs(50, 3, 0)).toBe(BACKOFF_MAX_MS / 2);
    expect(backoffMs(0, 1, 0.5)).toBeLessThanOrEqual(FAST_RETRY_SPREAD_MS);
  });
});
