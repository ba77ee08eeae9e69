import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { runProcess } from './process.ts';

const ROOT = join(import.meta.dirname, '../../..');
const manifestSchema = z.object({ version: z.string() });

/** The command in a clone: other programs run from their sources. */
export function runInRepository(): Promise<void> {
  const { version } = manifestSchema.parse(
    JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
  );
  return runProcess(version, {
    startNode: () => import(pathToFileURL(join(ROOT, 'apps/cluster-node/src/main.ts')).href),
    restore: { file: join(ROOT, 'apps/cluster-node/src/restore.ts') },
    account: {
      file: join(ROOT, 'apps/web/scripts/add-account.ts'),
      // As Next's server resolves packages: `server-only` throws anywhere else.
      nodeOptions: ['--conditions=react-server'],
    },
    torture: { file: join(ROOT, 'packages/devkit/scripts/torture.ts') },
  });
}
