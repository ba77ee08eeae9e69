import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildStandaloneWeb } from '../build.ts';
import { repositoryRoot } from '../repository.ts';
import { emptyFolder, pack, writePrograms } from './artefact.ts';
import { bundle } from './bundle.ts';
import { checkWebArtefact } from './check-web.ts';
import { packageFolders, thirdPartyLicences } from './licences.ts';
import { WEB_PROGRAMS } from './programs.ts';

export const WEB_ARTEFACT = 'fleetlm-web';

const WEB = join(repositoryRoot, 'apps/web');

/** Builds `fleetlm-web-<version>.tgz` and the folder that it was packed from. Answers with both. */
export async function buildWebArtefact(
  directory: string,
  options: { readonly say: (text: string) => void; readonly isChecked: boolean },
): Promise<{ readonly folder: string; readonly archive: string }> {
  await buildStandaloneWeb(options.say);
  const folder = emptyFolder(directory, WEB_ARTEFACT);
  // Next does not copy the files that browsers load; its server looks for them here.
  cpSync(join(WEB, '.next/standalone'), folder, { recursive: true, verbatimSymlinks: true });
  cpSync(join(WEB, '.next/static'), join(folder, 'apps/web/.next/static'), { recursive: true });
  if (existsSync(join(WEB, 'public')))
    cpSync(join(WEB, 'public'), join(folder, 'apps/web/public'), { recursive: true });
  const files = await bundle({
    entries: {
      main: 'apps/web/scripts/start-artefact.ts',
      healthcheck: 'packages/devkit/src/dist/web-healthcheck.ts',
      account: 'apps/web/scripts/add-account.ts',
    },
    directory: join(folder, 'lib'),
    external: ['pg-native'],
    // Outside of Next's server it throws, which is what it is for.
    alias: { 'server-only': join(repositoryRoot, 'node_modules/server-only/empty.js') },
  });
  writePrograms(folder, WEB_ARTEFACT, WEB_PROGRAMS);
  // What Next copied carries its own licences; this is for what was joined into one file.
  writeFileSync(
    join(folder, 'THIRD-PARTY-LICENSES.txt'),
    thirdPartyLicences(packageFolders(files)),
  );
  const archive = await pack(folder);
  // Next decides by tracing what its server needs: only a start shows that nothing is missing.
  if (options.isChecked) {
    const startMs = await checkWebArtefact(archive);
    options.say(`The web app's artefact started in ${startMs.toFixed(0)} ms.`);
  }
  return { folder, archive };
}
