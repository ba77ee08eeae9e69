import { type Performer, proofOf } from './fault.ts';

export const postgresStop: Performer = async ({ cluster: { postgres } }) => {
  await postgres.stop();
  return {
    heal: () => postgres.startAgain(),
    proof: () => proofOf(true, 'it was stopped'),
  };
};

export const postgresCrash: Performer = async ({ cluster: { postgres } }) => {
  await postgres.crash();
  return {
    heal: () => postgres.startAgain(),
    proof: () => proofOf(true, 'it was ended at once, and recovered'),
  };
};

export const postgresPause: Performer = async ({ cluster: { postgres } }) => {
  const stopped = postgres.pause();
  return {
    heal: () => postgres.continue(),
    proof: () => proofOf(stopped > 0, `${stopped} of its processes were stopped`),
  };
};

const DISCONNECT_EVERY_MS = 700;

export const postgresDisconnect: Performer = async ({ cluster: { postgres } }) => {
  let ended = 0;
  let failed = 0;
  const act = (): void => {
    postgres.disconnectAll().then(
      (count) => {
        ended += count;
      },
      () => {
        failed += 1;
      },
    );
  };
  act();
  const timer = setInterval(act, DISCONNECT_EVERY_MS);
  return {
    heal: async () => clearInterval(timer),
    proof: () => proofOf(ended > 0, `${ended} connections were ended (${failed} tries failed)`),
  };
};

export const agentsMisbehave: Performer = async ({ agents }) => {
  const total = (): number =>
    [...agents.misbehaved.values()].reduce((sum, count) => sum + count, 0);
  const before = total();
  agents.setMisbehaving(true);
  return {
    heal: async () => agents.setMisbehaving(false),
    proof: () => proofOf(total() > before, `${total() - before} calls were answered badly`),
  };
};
