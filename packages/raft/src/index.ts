export * from './core/index.ts';
export * from './host/index.ts';
export * from './mesh/index.ts';
export * from './wal/index.ts';
