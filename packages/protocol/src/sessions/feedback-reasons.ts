/** What a user can think of a reply. */
export const FEEDBACK_RATINGS = ['up', 'down'] as const;
/** What a user can think of a reply. */
export type FeedbackRating = (typeof FEEDBACK_RATINGS)[number];

/** Why: a closed list, so that reasons can be counted. */
export const FEEDBACK_REASONS = [
  'helpful',
  'accurate',
  'incorrect',
  'incomplete',
  'irrelevant',
  'instructions_ignored',
  'tone',
  'unsafe',
  'slow',
  'other',
] as const;
export type FeedbackReason = (typeof FEEDBACK_REASONS)[number];
