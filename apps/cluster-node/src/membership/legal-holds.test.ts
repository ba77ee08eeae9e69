import { expect, test } from 'vitest';
import {
  changeHold,
  type HoldCommand,
  isHeld,
  LEGAL_HOLDS_MAX,
  type LegalHold,
} from './legal-holds.ts';
import { decodeSystemState, encodeSystemState } from './system-codec.ts';
import { applySystemCommand, emptySystemState } from './system-state.ts';

const change = (userId: string, reason: string | null, timeMs = 1): HoldCommand => ({
  type: 'change-hold',
  userId,
  reason,
  by: 'olga',
  timeMs,
});

test('a hold is in force until it is lifted, and stays on record', () => {
  const state = emptySystemState();
  for (const command of [change('ann', 'Case 7'), change('ann', 'Case 7 and 8', 2)])
    expect(applySystemCommand(state, command)).toEqual({ type: 'done' });
  expect(isHeld(state.holds, 'ann')).toBe(true);
  expect(isHeld(state.holds, 'bob')).toBe(false);
  for (const timeMs of [3, 4]) applySystemCommand(state, change('ann', null, timeMs));
  expect(isHeld(state.holds, 'ann')).toBe(false);
  const record = {
    userId: 'ann',
    reason: 'Case 7 and 8',
    placedBy: 'olga',
    placedAtMs: 1,
    liftedBy: 'olga',
    liftedAtMs: 3,
  };
  expect(state.holds).toEqual([record]);
  expect(decodeSystemState(encodeSystemState(state)).holds).toEqual([record]);
});

test('a lifted hold makes room for a new one, and one in force never', () => {
  const holds: LegalHold[] = [];
  for (let user = 0; user < LEGAL_HOLDS_MAX; user += 1) changeHold(holds, change(`u${user}`, 'x'));
  expect(changeHold(holds, change('late', 'x'))).toBe(false);
  changeHold(holds, change('u5', null));
  expect(changeHold(holds, change('late', 'x'))).toBe(true);
  expect(holds).toHaveLength(LEGAL_HOLDS_MAX);
  expect(isHeld(holds, 'late')).toBe(true);
});

test('a snapshot of a cluster without holds is what it was', () => {
  const text = new TextDecoder().decode(encodeSystemState(emptySystemState()));
  expect(text).not.toContain('holds');
});
