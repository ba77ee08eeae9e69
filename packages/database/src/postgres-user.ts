import { type SpawnOptions, spawnSync } from 'node:child_process';

const USER = 'postgres';
/** Lets the user pass through folders that are closed to others, such as a clone in root's home. */
const MAY_PASS = 'dac_read_search';

/** How a program of Postgres is to be started. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: Pick<SpawnOptions, 'uid' | 'gid'>;
}

/** Who Postgres runs as; null: the user who runs this. Ids of the system. */
export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root: there it has a user of its own, made when it is missing. */
export function postgresUser(): PostgresUser | null {
  if (process.getuid?.() !== 0) return null;
  if (idOf('-u') === null) {
    // Where they are missing or refuse, the user is missing below, and the error says so.
    for (const [command, ...args] of [
      ['groupadd', '--force', USER],
      ['useradd', '--gid', USER, USER],
    ] as const)
      spawnSync(command, args, { stdio: 'ignore' });
  }
  const uid = idOf('-u');
  const gid = idOf('-g');
  if (uid === null || gid === null)
    throw new Error(
      'Postgres refuses to run as root, and there is no user "postgres" and no useradd to make it: ' +
        'run this as another user, or set DATABASE_URL to a Postgres of your own.',
    );
  return { uid, gid };
}

function idOf(flag: '-u' | '-g'): number | null {
  const { status, stdout } = spawnSync('id', [flag, USER], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : null;
}

/** As the given user; where the system can, with the right to pass through folders that others may not enter. */
export function runAs(
  user: PostgresUser | null,
  command: string,
  args: readonly string[],
): Invocation {
  if (user === null) return { command, args, options: {} };
  const identity = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    `--inh-caps=+${MAY_PASS}`,
    `--ambient-caps=+${MAY_PASS}`,
    // access(2), with which initdb looks for its companions, forgets the right otherwise.
    '--securebits=+no_setuid_fixup',
  ];
  const canPass = spawnSync('setpriv', [...identity, 'true'], { stdio: 'ignore' }).status === 0;
  return canPass
    ? { command: 'setpriv', args: [...identity, command, ...args], options: {} }
    : { command, args, options: user };
}
