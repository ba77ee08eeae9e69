import { L1Simulation } from './simulation.ts';

const LINES_SHOWN = 300;

export interface Replayed {
  readonly text: string;
  readonly isFine: boolean;
}

/** The last things that happened to the machines of a seed, then how each stood. For reading, not for parsing. */
export function replayL1Seed(seed: number, groups: number | null): Replayed {
  const lines: string[] = [];
  const simulation = new L1Simulation(seed, groups, (line) => {
    lines.push(`${simulation.timeline.now.toFixed(3)} ${line()}`);
    if (lines.length > 2 * LINES_SHOWN) lines.splice(0, LINES_SHOWN);
  });
  let outcome = 'nothing is broken';
  let isFine = true;
  try {
    simulation.run();
  } catch (error) {
    isFine = false;
    outcome = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const states = simulation.nodes.map(({ number, running, isDown, process }) => {
    const state = isDown ? 'down' : process?.isPaused ? 'paused' : 'up';
    const led = running?.host.groups.filter((group) => running.host.isLeader(group)) ?? [];
    return `node ${number} is ${state}, leads [${led.slice(0, 20).join(' ')}]`;
  });
  const text = [
    JSON.stringify(simulation.swarm),
    ...lines.slice(-LINES_SHOWN),
    ...states,
    outcome,
  ].join('\n');
  return { text, isFine };
}
