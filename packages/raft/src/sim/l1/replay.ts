import { L1Simulation } from './simulation.ts';
import type { L1Run } from './swarm.ts';

/** The last things that happened to the machines of a run, then how each stood. For reading, not for parsing. */
export function replayL1Seed(run: L1Run, linesShown: number): string {
  const lines: string[] = [];
  const simulation = new L1Simulation(run, (line) => {
    lines.push(`${simulation.timeline.now.toFixed(3)} ${line()}`);
    if (lines.length > 2 * linesShown) lines.splice(0, linesShown);
  });
  let outcome = 'nothing is broken';
  try {
    simulation.run();
  } catch (error) {
    outcome = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const states = simulation.nodes.map(({ number, running, isDown, process }) => {
    const state = isDown ? 'down' : process?.isPaused ? 'paused' : 'up';
    const led = running?.host.groups.filter((group) => running.host.isLeader(group)) ?? [];
    return `node ${number} is ${state}, leads [${led.slice(0, 20).join(' ')}]`;
  });
  return [JSON.stringify(simulation.swarm), ...lines.slice(-linesShown), ...states, outcome].join(
    '\n',
  );
}
