import { pick, seededRandom } from '../../torture/seeded-random.ts';
import type { Edge, FuzzCase } from './case.ts';
import { httpInput } from './http-inputs.ts';
import { meshInput } from './mesh-inputs.ts';
import { pagesInput } from './pages-inputs.ts';
import { peerInput } from './peer-inputs.ts';
import { restInput } from './rest-inputs.ts';
import { socketInput } from './socket-inputs.ts';
import { webhookInput } from './webhook-inputs.ts';

/** How often each edge is drawn. */
const DRAWN: readonly Edge[] = [
  'rest',
  'rest',
  'rest',
  'http',
  'socket',
  'socket',
  'webhook',
  'webhook',
  'pages',
  'mesh',
  'peer',
];

const SEED_STEP = 0x9e3779b1;

/** The input with this number of a run: the same for the same seed, whatever came before it. */
export function generate(seed: number, index: number, edges: readonly Edge[]): FuzzCase {
  const random = seededRandom((seed ^ Math.imul(index + 1, SEED_STEP)) >>> 0);
  const name = `seed ${seed} input ${index}:`;
  const edge = pick(
    DRAWN.filter((one) => edges.includes(one)),
    random,
  );
  switch (edge) {
    case 'rest':
      return restInput(name, random);
    case 'http':
      return httpInput(name, random);
    case 'mesh':
      return meshInput(name, random);
    case 'peer':
      return peerInput(name, random);
    case 'pages':
      return pagesInput(name, random);
    case 'socket':
      return socketInput(name, random);
    case 'webhook':
      return webhookInput(name, random);
    default:
      return edge satisfies never;
  }
}
