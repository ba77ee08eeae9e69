export { type ArchiveAwayReport, measureArchiveAway } from './archive-away.ts';
export { type CapacityReport, measureCapacity } from './capacity.ts';
export { FUZZ_USAGE, parseFuzzOptions } from './fuzz/options.ts';
export { type FuzzReport, runFuzz } from './fuzz/run-fuzz.ts';
export { parseBenchOptions } from './options.ts';
export { type BenchReport, runBench } from './run-bench.ts';
export { measure } from './torture/measure/measure.ts';
export { parseTortureOptions, TORTURE_USAGE } from './torture/options.ts';
export { runTorture } from './torture/run-torture.ts';
