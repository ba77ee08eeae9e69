/** npm run part -- kill n2 | start n2 | pause n2 | stop postgres | status: one part of the running system. */
import { resolve } from 'node:path';
import { ACTIONS, control } from '../src/control.ts';
import { repositoryRoot } from '../src/repository.ts';

const [wanted, part = ''] = process.argv.slice(2);
const action = ACTIONS.find((name) => name === wanted);
if (action === undefined || (action !== 'status' && part === '')) {
  process.stderr.write(
    'Usage: npm run part -- status | <start|stop|kill|pause|resume> <part>\n' +
      'Parts: postgres, n1, n2, n3, agent, web\n',
  );
  process.exit(78);
}
try {
  const directory = resolve(repositoryRoot, process.env.DATA_DIR ?? '.data');
  process.stdout.write(`${await control(directory, action, part)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
