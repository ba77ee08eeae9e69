/** npm run dev: the whole system, reloading on change. */
import { launch } from '../src/launch.ts';

await launch('dev');
