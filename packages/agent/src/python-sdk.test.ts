import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../../../sdk/python', import.meta.url));
const TITLE = 'the Python SDK passes its own tests, with the same vectors';

function python(...parameters: readonly string[]) {
  // Without bytecode beside the sources; what it writes is a line for each failure.
  return spawnSync('python3', ['-B', ...parameters], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 50_000,
  });
}

const probe = python('-c', 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else 3)');
if (probe.status === 0) {
  test(TITLE, () => {
    const { status, stderr } = python('-m', 'unittest', 'discover', '--start-directory', 'tests');
    expect(stderr).toMatch(/^Ran [1-9]\d* tests/m);
    expect(stderr).toMatch(/^OK$/m);
    expect(status).toBe(0);
  });
} else {
  const reason = 'python3 (3.10 or newer) is not on this machine, so the Python SDK was NOT tested';
  console.warn(reason);
  test(`${TITLE} (left out: ${reason})`, () => undefined);
}
