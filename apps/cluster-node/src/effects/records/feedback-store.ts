import {
  FEEDBACK_OF_SESSION_MAX,
  FEEDBACK_RATINGS,
  FEEDBACK_REASONS,
  type FeedbackRating,
  type FeedbackReason,
} from '@fleetlm/protocol';
import type { RecordDatabase, RecordResult } from './record-database.ts';

export interface Feedback {
  readonly sessionId: string;
  readonly seq: number;
  readonly messageId: string;
  readonly agentId: string;
  readonly userId: string;
  readonly rating: FeedbackRating;
  readonly reason: FeedbackReason | null;
  readonly comment: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export type NewFeedback = Omit<Feedback, 'createdAtMs' | 'updatedAtMs'>;

/** Where a page begins: after this feedback. */
export type FeedbackPlace = Pick<Feedback, 'updatedAtMs' | 'sessionId' | 'seq'>;

export interface FeedbackQuestion {
  readonly agentId: string;
  readonly rating: FeedbackRating | null;
  readonly reason: FeedbackReason | null;
  readonly after: FeedbackPlace | null;
  readonly limit: number;
}

export interface FeedbackPage {
  /** Newest first. */
  readonly feedback: readonly Feedback[];
  readonly hasMore: boolean;
}

export interface FeedbackCounts {
  readonly up: number;
  readonly down: number;
  readonly reasons: readonly {
    readonly rating: FeedbackRating;
    readonly reason: FeedbackReason | null;
    readonly count: number;
  }[];
  /** Those with feedback, in their order. */
  readonly days: readonly { readonly day: string; readonly up: number; readonly down: number }[];
}

interface Row {
  readonly session_id: string;
  readonly seq: number;
  readonly message_id: string;
  readonly agent_id: string;
  readonly user_id: string;
  readonly rating: string;
  readonly reason: string | null;
  readonly comment: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const COLUMNS = `session_id, seq, message_id::text AS message_id, agent_id, user_id, rating, reason, comment, created_at,
  updated_at`;

/** An empty reason or comment is none. */
const UPSERT = `
INSERT INTO feedback AS f (session_id, seq, user_id, agent_id, message_id, rating, reason, comment, created_at, updated_at)
VALUES ($1, $2::int, $3, $4, $5::uuid, $6, nullif($7, ''), nullif($8, ''), now(), now())
ON CONFLICT (session_id, seq, user_id) DO UPDATE SET
  rating = excluded.rating, reason = excluded.reason, comment = excluded.comment, updated_at = excluded.updated_at
RETURNING ${COLUMNS}`;

const OF_DAYS = `FROM feedback WHERE agent_id = $1 AND updated_at >= $2::date::timestamp AT TIME ZONE 'UTC'
  AND updated_at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'`;

/** What users think of replies, in Postgres. */
export class FeedbackStore {
  readonly #records: RecordDatabase;

  constructor(records: RecordDatabase) {
    this.#records = records;
  }

  keep(feedback: NewFeedback): Promise<RecordResult<Feedback>> {
    const { sessionId, seq, userId, agentId, messageId, rating, reason, comment } = feedback;
    return this.#records.ask(async (database) => {
      const [row] = await database.query<Row>(
        UPSERT,
        sessionId,
        seq,
        userId,
        agentId,
        messageId,
        rating,
        reason ?? '',
        comment ?? '',
      );
      if (row === undefined) throw new Error('feedback was not kept');
      return feedbackOf(row);
    });
  }

  withdraw(sessionId: string, seq: number, userId: string): Promise<RecordResult<null>> {
    return this.#records.ask(async (database) => {
      await database.execute(
        'DELETE FROM feedback WHERE session_id = $1 AND seq = $2::int AND user_id = $3',
        sessionId,
        seq,
        userId,
      );
      return null;
    });
  }

  /** Of the newest replies, by seq. */
  ofSession(sessionId: string, userId: string): Promise<RecordResult<readonly Feedback[]>> {
    return this.#records.ask(async (database) => {
      const rows = await database.query<Row>(
        `SELECT ${COLUMNS} FROM feedback WHERE session_id = $1 AND user_id = $2 ORDER BY seq DESC LIMIT ${FEEDBACK_OF_SESSION_MAX}`,
        sessionId,
        userId,
      );
      return rows.toReversed().map(feedbackOf);
    });
  }

  ofAgent(question: FeedbackQuestion): Promise<RecordResult<FeedbackPage>> {
    const { agentId, rating, reason, after, limit } = question;
    const values: (string | number)[] = [agentId, limit + 1];
    const parameter = (value: string | number): string => `$${values.push(value)}`;
    const conditions = ['agent_id = $1'];
    if (rating !== null) conditions.push(`rating = ${parameter(rating)}`);
    if (reason !== null) conditions.push(`reason = ${parameter(reason)}`);
    if (after !== null) {
      const time = `${parameter(new Date(after.updatedAtMs).toISOString())}::timestamptz`;
      const place = [time, parameter(after.sessionId), `${parameter(after.seq)}::int`];
      conditions.push(`(updated_at, session_id, seq) < (${place.join(', ')})`);
    }
    const sql = `SELECT ${COLUMNS} FROM feedback WHERE ${conditions.join(' AND ')}
      ORDER BY updated_at DESC, session_id DESC, seq DESC LIMIT $2::int`;
    return this.#records.ask(async (database) => {
      const rows = await database.query<Row>(sql, ...values);
      return {
        feedback: rows.slice(0, limit).map(feedbackOf),
        hasMore: rows.length > limit,
      };
    });
  }

  /** Of days of UTC, the last one included. */
  counts(agentId: string, from: string, to: string): Promise<RecordResult<FeedbackCounts>> {
    return this.#records.ask(async (database) => {
      const reasons = await database.query<{
        readonly rating: string;
        readonly reason: string | null;
        readonly count: number;
      }>(
        `SELECT rating, reason, count(*)::int AS count ${OF_DAYS} GROUP BY 1, 2 ORDER BY count DESC, 1, 2`,
        agentId,
        from,
        to,
      );
      const days = await database.query<FeedbackCounts['days'][number]>(
        `SELECT to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,
           (count(*) FILTER (WHERE rating = 'up'))::int AS up,
           (count(*) FILTER (WHERE rating = 'down'))::int AS down
         ${OF_DAYS} GROUP BY 1 ORDER BY 1`,
        agentId,
        from,
        to,
      );
      return {
        up: days.reduce((sum, { up }) => sum + up, 0),
        down: days.reduce((sum, { down }) => sum + down, 0),
        reasons: reasons.map(({ rating, reason, count }) => ({
          rating: ratingOf(rating),
          reason: reasonOf(reason),
          count,
        })),
        days,
      };
    });
  }
}

function feedbackOf(row: Row): Feedback {
  return {
    sessionId: row.session_id,
    seq: row.seq,
    messageId: row.message_id,
    agentId: row.agent_id,
    userId: row.user_id,
    rating: ratingOf(row.rating),
    reason: reasonOf(row.reason),
    comment: row.comment,
    createdAtMs: row.created_at.getTime(),
    updatedAtMs: row.updated_at.getTime(),
  };
}

function ratingOf(text: string): FeedbackRating {
  const rating = FEEDBACK_RATINGS.find((known) => known === text);
  if (rating === undefined) throw new TypeError('the table of feedback has an unknown rating');
  return rating;
}

/** A reason of a later version is shown as `other`. */
function reasonOf(text: string | null): FeedbackReason | null {
  if (text === null) return null;
  return FEEDBACK_REASONS.find((known) => known === text) ?? 'other';
}
