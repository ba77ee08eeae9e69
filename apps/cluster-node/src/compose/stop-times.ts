/** What is under way gets this long when the node stops, in milliseconds. */
export const STOP_TIMES = {
  answers: 1_500,
  flush: 1_500,
  deliveries: 750,
  events: 1_000,
  handOver: 2_500,
  calls: 1_000,
} as const;
