export type { ProgramFile, Programs } from './context.ts';
export { EXIT } from './exit-codes.ts';
export { runProcess } from './process.ts';
