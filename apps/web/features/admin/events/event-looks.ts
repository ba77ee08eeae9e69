export interface EventLook {
  readonly word: string;
  /** Class of the text: colour only for what is not as it should be. */
  readonly tone: string;
}

/** The kinds of events, in words. */
export const EVENT_LOOKS: Readonly<Record<string, EventLook>> = {
  'leader-elected': { word: 'Leader elected', tone: 'text-text' },
  'membership-changed': { word: 'Membership changed', tone: 'text-text' },
  'node-up': { word: 'Node up', tone: 'text-ok' },
  'node-down': { word: 'Node down', tone: 'text-critical' },
  'flush-failed': { word: 'Flush failed', tone: 'text-warn' },
  'flush-recovered': { word: 'Flush recovered', tone: 'text-ok' },
  'dispatch-failed': { word: 'Dead letter', tone: 'text-critical' },
  'snapshot-saved': { word: 'Snapshot saved', tone: 'text-text' },
  'snapshot-installed': { word: 'Snapshot installed', tone: 'text-text' },
  'peer-refused': { word: 'Peer refused', tone: 'text-warn' },
};
