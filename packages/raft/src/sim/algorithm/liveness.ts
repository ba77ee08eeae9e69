import { broken } from '../harness/broken.ts';
import type { Actors } from './actors.ts';
import type { SimReplica } from './replica.ts';
import type { Simulation } from './simulation.ts';

const NAME = 'liveness';

/** In units of virtual time. Generous: a log of a thousand entries may have to cross one by one. */
const WAIT_MAX = 40_000;
const SLICE = 50;
/** Elections that fail by chance are few. */
const QUIET_ELECTIONS = 12;

/**
 * Takes all faults away. Then, within a fixed time: a leader, no joint configuration, a new proposal
 * committed and applied by every member, an answer to every read, and terms that don't grow any more.
 */
export function checkLiveness(sim: Simulation, actors: Actors): void {
  const phase = sim.swarm.electionTicks * 10 * QUIET_ELECTIONS;
  const act = actors.act.bind(actors);
  const waitFor = (what: string, condition: () => boolean): void => {
    const end = sim.now + WAIT_MAX;
    while (!condition()) {
      if (sim.now > end) broken(NAME, what);
      sim.runUntil(sim.now + SLICE, act);
    }
  };
  heal(sim, actors);
  sim.runUntil(sim.now + phase, act);
  waitFor('no leader', () => leaderOf(sim) !== null);
  waitFor('a joint configuration is never left', () => hasLeftJoint(sim, actors));
  // What is in the logs may still change the configuration, and with it the leader.
  waitFor('a log is not committed', () => isSettled(sim));
  stopStrangers(sim);
  sim.runUntil(sim.now + phase, act);
  const term = highestTerm(sim);
  const asked = sim.now;
  let index: number | null = null;
  waitFor('proposals are refused', () => {
    const leader = leaderOf(sim);
    index = leader === null ? null : actors.propose(leader, 8);
    return index !== null;
  });
  for (const replica of sim.replicas.values()) if (replica.node !== null) actors.read(replica);
  waitFor('a member does not apply', () => membersHave(sim, index ?? 0));
  sim.runUntil(sim.now + phase, act);
  if (highestTerm(sim) > term) broken(NAME, `term ${term} grew without faults`);
  for (const { node, reads } of sim.replicas.values()) {
    if (node !== null) reads.checkAllAnswered(asked + 1);
  }
}

function heal(sim: Simulation, actors: Actors): void {
  actors.faults = false;
  sim.calm = true;
  sim.network.heal();
  for (const replica of sim.replicas.values()) {
    replica.pausedUntil = 0;
    if (replica.node === null) replica.start(replica.applied);
  }
}

/** The replicas that count in the newest configuration that anybody has applied. */
function membersOf(sim: Simulation): SimReplica[] {
  const { voters, learners, votersOutgoing } = sim.states.at(sim.states.maxIndex).confState;
  const ids = new Set([...voters, ...learners, ...votersOutgoing]);
  return [...sim.replicas.values()].filter(({ id }) => ids.has(id));
}

/** The leader of the highest term among the members. */
function leaderOf(sim: Simulation): SimReplica | null {
  const term = highestTerm(sim);
  const leads = ({ status }: SimReplica): boolean =>
    status?.role === 'leader' && status.term === term;
  return membersOf(sim).find(leads) ?? null;
}

function highestTerm(sim: Simulation): number {
  return Math.max(...membersOf(sim).map(({ status }) => status?.term ?? 0));
}

function hasLeftJoint(sim: Simulation, actors: Actors): boolean {
  const leader = leaderOf(sim);
  const confState = leader?.node?.status().confState;
  if (leader === null || confState === undefined) return false;
  if (confState.votersOutgoing.length === 0) {
    return sim.states.at(sim.states.maxIndex).confState.votersOutgoing.length === 0;
  }
  if (!confState.autoLeave) actors.changeConfiguration(leader, sim.stream('leave'));
  return false;
}

function isSettled(sim: Simulation): boolean {
  const { status } = leaderOf(sim) ?? {};
  if (status === undefined || status === null) return false;
  return status.commit === status.lastIndex && sim.states.maxIndex === status.commit;
}

/** A replica that is no member any more would be stopped by its host, and doesn't count. */
function stopStrangers(sim: Simulation): void {
  const members = membersOf(sim);
  for (const replica of sim.replicas.values()) {
    if (!members.includes(replica)) replica.crash(false);
  }
}

function membersHave(sim: Simulation, index: number): boolean {
  return [...sim.replicas.values()].every(({ node, applied }) => node === null || applied >= index);
}
