export type { Command } from './command.ts';
export { History } from './history.ts';
export { Playground, type Setup } from './playground.ts';
export { SCENARIOS, type Scenario, type ScenarioId, scenarioOf } from './scenarios.ts';
export { ELECTION_TICKS, LOST_SHOWN_MS, NODE_IDS, RUN_MS_MAX, TICK_MS } from './timing.ts';
export type * from './view.ts';
export { configurationText, listOf, nameOf } from './words.ts';
