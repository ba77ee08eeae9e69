/**
 * npm run group -- show <group>
 * npm run group -- revive <group> --index <index> --term <term> --digest <digest>
 *
 * Shows the entry that a group is stalled at, and has every replica skip it. `--url` names any node.
 */
import { parseArgs } from 'node:util';

const URL_DEFAULT = 'http://localhost:4000';
const USAGE = `usage: npm run group -- show <group> [--url ${URL_DEFAULT}]
       npm run group -- revive <group> --index <index> --term <term> --digest <digest>
The API key of the cluster is read from API_KEY.`;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: URL_DEFAULT },
    index: { type: 'string' },
    term: { type: 'string' },
    digest: { type: 'string' },
  },
});
const [action, group] = positionals;
const apiKey = process.env.API_KEY;
if (group === undefined || apiKey === undefined || (action !== 'show' && action !== 'revive'))
  fail(USAGE);

async function call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  const response = await fetch(new URL(`/api/admin/groups/${path}`, values.url), {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => fail(`${values.url} can't be reached: ${String(error)}`));
  const text = await response.text();
  if (!response.ok) fail(`${response.status} ${text}`);
  return JSON.parse(text);
}

if (action === 'show') {
  process.stdout.write(`${JSON.stringify(await call('GET', group), null, 2)}\n`);
} else {
  const { index, term, digest } = values;
  if (index === undefined || term === undefined || digest === undefined) fail(USAGE);
  await call('POST', `${group}/revive`, { index: Number(index), term: Number(term), digest });
  process.stdout.write(`group ${group}: every replica skips entry ${index} of term ${term}\n`);
}
