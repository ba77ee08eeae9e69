import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository.ts';
import { copyPackages, emptyFolder, pack, writePrograms } from './artefact.ts';
import { bundle } from './bundle.ts';
import { packageFolders, thirdPartyLicences } from './licences.ts';
import { NODE_PROGRAMS } from './programs.ts';

export const NODE_ARTEFACT = 'fleetlm-node';

/** They carry binaries, or look for a package that may be there. */
const LEFT_TO_NODE = ['@node-rs/crc32', 'msgpackr-extract'];
/** Optional parts of `pg` and `ws` that are not installed; both do without. */
const NOT_INSTALLED = ['pg-native', 'bufferutil', 'utf-8-validate'];

/** Builds `fleetlm-node-<version>.tgz` and the folder that it was packed from. Answers with both. */
export async function buildNodeArtefact(directory: string): Promise<{
  readonly folder: string;
  readonly archive: string;
}> {
  const folder = emptyFolder(directory, NODE_ARTEFACT);
  const files = await bundle({
    entries: {
      main: 'apps/cluster-node/src/main.ts',
      restore: 'apps/cluster-node/src/restore.ts',
      'demo-agent': 'apps/demo-agent/src/main.ts',
      healthcheck: 'packages/devkit/src/dist/healthcheck.ts',
      fleetlm: 'packages/devkit/src/dist/fleetlm.ts',
    },
    directory: join(folder, 'lib'),
    external: [...LEFT_TO_NODE, ...NOT_INSTALLED],
  });
  const packages = copyPackages(LEFT_TO_NODE, folder);
  cpSync(join(repositoryRoot, 'prisma/migrations'), join(folder, 'migrations'), {
    recursive: true,
  });
  writePrograms(folder, NODE_ARTEFACT, NODE_PROGRAMS);
  writeFileSync(
    join(folder, 'THIRD-PARTY-LICENSES.txt'),
    thirdPartyLicences([...packageFolders(files), ...packages]),
  );
  return { folder, archive: await pack(folder) };
}
