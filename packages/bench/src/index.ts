export { parseBenchOptions } from './options.ts';
export { type BenchReport, runBench } from './run-bench.ts';
