import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The library to preload, or why there is none. */
export type DiskShim =
  | { readonly available: true; readonly library: string }
  | { readonly available: false; readonly why: string };

const SOURCE = join(import.meta.dirname, 'disk-shim.c');
const BUILD_LIMIT_MS = 60_000;

/** The environment in which every process that is started has a disk whose syncs take so much longer. */
export function slowDiskEnvironment(
  library: string,
  milliseconds: number,
): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: library,
    TORTURE_DISK_SYNC_MS: String(milliseconds),
    // Syncs through io_uring would not pass through the shim.
    UV_USE_IO_URING: '0',
  };
}

/** Compiles the shim into `directory` with the machine's C compiler (`CC`, or cc). */
export function buildDiskShim(directory: string): DiskShim {
  if (process.platform !== 'linux')
    return { available: false, why: `it is made for Linux, this is ${process.platform}` };
  const compiler = process.env.CC ?? 'cc';
  const library = join(directory, 'disk-shim.so');
  const { status, stderr, error } = spawnSync(
    compiler,
    ['-O2', '-shared', '-fPIC', '-o', library, SOURCE, '-ldl', '-lpthread'],
    { encoding: 'utf8', timeout: BUILD_LIMIT_MS },
  );
  if (error !== undefined)
    return { available: false, why: `there is no C compiler (${compiler}: ${error.message})` };
  if (status !== 0)
    return { available: false, why: `it can't be compiled: ${stderr.trim().slice(0, 500)}` };
  return { available: true, library };
}
