import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { SHELLS } from './completion.ts';
import { runCli } from './testing/run-cli.ts';

async function script(shell: string): Promise<string> {
  return (await runCli(['completion', shell])).stdout;
}

/** What bash offers at the end of a line. */
async function offered(line: string): Promise<readonly string[]> {
  const words = ['fleetlm', ...line.split(' ')];
  const program = `${await script('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_fleetlm
printf '%s\\n' "\${COMPREPLY[@]}"`;
  // A bash whose input is a socket takes itself for one of a remote shell, and reads /etc/bash.bashrc.
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-u', '-c', program], {
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\n').filter((word) => word !== '');
}

test.each([
  ['dr', ['drain']],
  ['group ', ['show', 'revive', 'snapshot', '--url', '--token', '--json', '--version', '--help']],
  ['group re', ['revive']],
  ['group revive --d', ['--digest']],
  ['--json operations s', ['show']],
  ['drain n1 --w', ['--wait']],
  ['status --g', ['--groups']],
])('bash completes "%s"', async (line, words) => {
  expect((await offered(line)).toSorted()).toEqual(words.toSorted());
});

test.each(SHELLS)('the script of %s has every command', async (shell) => {
  const text = await script(shell);
  for (const name of ['status', 'doctor', 'drain', 'undrain', 'rebalance', 'transfer', 'revive'])
    expect(text).toContain(name);
});
