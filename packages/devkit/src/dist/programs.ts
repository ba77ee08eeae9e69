/** A program of an artefact. */
export interface Program {
  /** Imported once the version of Node is known to do. Relative to the artefact. What is in `bin` can be run as it is. */
  readonly imports: string;
  readonly meaning: string;
}

/** The first is what `npm start` in the artefact runs. */
export const NODE_PROGRAMS = {
  'main.js': { imports: 'lib/main.js', meaning: 'one node of the cluster' },
  'bin/fleetlm': {
    imports: 'lib/fleetlm.js',
    meaning: "the operators' command line",
  },
  'restore.js': {
    imports: 'lib/restore.js',
    meaning: 'data directories from Postgres alone, when all disks are lost',
  },
  'demo-agent.js': { imports: 'lib/demo-agent.js', meaning: 'an agent to try a cluster with' },
  'healthcheck.js': {
    imports: 'lib/healthcheck.js',
    meaning: 'whether the node on this machine is live, or ready',
  },
} as const satisfies Readonly<Record<string, Program>>;

/** The first is what `npm start` in the artefact runs. */
export const WEB_PROGRAMS = {
  'main.js': { imports: 'lib/main.js', meaning: 'the web app' },
  'account.js': { imports: 'lib/account.js', meaning: 'adds an account, such as the first admin' },
  'healthcheck.js': {
    imports: 'lib/healthcheck.js',
    meaning: 'whether the web app on this machine shows its sign-in page',
  },
} as const satisfies Readonly<Record<string, Program>>;
