import { afterEach, beforeEach } from 'vitest';
import { measureProcessorTime, takeLongestTurn } from '../component-turns.ts';

/** Processor time that no component may hold the event loop for in one turn, in any test. */
const TURN_MS_MAX = 250;

measureProcessorTime();
beforeEach(() => {
  takeLongestTurn();
});
afterEach(() => {
  const { component, ms } = takeLongestTurn();
  if (ms > TURN_MS_MAX)
    throw new Error(`${component} held the event loop for ${Math.round(ms)} ms of processor time`);
});
