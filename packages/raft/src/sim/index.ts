export { simulate } from './cli.ts';
export { Coverage, SITUATIONS, type Situation } from './coverage.ts';
export { BrokenInvariant } from './invariants/broken.ts';
export { runSeed, type SeedOptions, type SeedResult } from './run-seed.ts';
