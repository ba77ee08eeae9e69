/** npm start: the whole system on this machine. */
import { launch } from '../src/launch.ts';

await launch('start');
