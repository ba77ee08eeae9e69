export type { LiveAnswer } from '../dispatch/dispatch-api.ts';
