export { simulate } from './cli.ts';
