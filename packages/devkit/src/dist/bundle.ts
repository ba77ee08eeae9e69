import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { repositoryRoot } from '../repository.ts';

export interface BundleOptions {
  /** Entry files by the name of the file that each becomes, relative to the repository. */
  readonly entries: Readonly<Record<string, string>>;
  /** Gets one file per entry, and what they share. */
  readonly directory: string;
  /** Packages that are left to be resolved when the program runs: they carry binaries. */
  readonly external: readonly string[];
  /** Files to take in the place of packages. */
  readonly alias?: Readonly<Record<string, string>>;
}

/** In an artefact the migrations are beside the folder of the code. */
const MIGRATIONS_BESIDE_CODE = `import { join } from 'node:path';
export const MIGRATIONS_DIRECTORY = join(import.meta.dirname, '../migrations');
`;

const migrationsBesideCode: Plugin = {
  name: 'migrations-beside-code',
  load: (id) =>
    id === join(repositoryRoot, 'packages/database/src/migrations-directory.ts')
      ? { code: MIGRATIONS_BESIDE_CODE, moduleType: 'js' }
      : null,
};

/** Compiles TypeScript and joins it with the packages that it imports. Answers with the files that went in. */
export async function bundle(options: BundleOptions): Promise<readonly string[]> {
  const build = await rolldown({
    cwd: repositoryRoot,
    input: Object.fromEntries(
      Object.entries(options.entries).map(([name, file]) => [name, join(repositoryRoot, file)]),
    ),
    platform: 'node',
    external: [...options.external],
    plugins: [migrationsBesideCode],
    resolve: { alias: { ...options.alias } },
    onLog: (level, log, report) => {
      // An import that cannot be resolved would only fail on the operator's machine.
      if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
      if (level === 'warn' && log.code !== 'CIRCULAR_DEPENDENCY') report(level, log);
    },
  });
  try {
    const { output } = await build.write({
      dir: options.directory,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      // Names in stack traces and in profiles are worth more than the bytes.
      minify: false,
      cleanDir: true,
    });
    return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  } finally {
    await build.close();
  }
}
