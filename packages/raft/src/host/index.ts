export type * from './host-api.ts';
