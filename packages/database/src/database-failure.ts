import { sqlStateOf } from './archive-database.ts';

/** What to do about a statement that failed. */
export type DatabaseFailure =
  /** The data itself is refused: it will be refused again, what stands beside it need not wait. */
  | 'data'
  /** Two statements were in each other's way: the same again, at once. */
  | 'conflict'
  /** It took too long: less at a time. */
  | 'slow'
  /** Tables or columns are missing: a database that was emptied or restored. Migrate, then again. */
  | 'schema'
  /** It can't be written now (full, too many connections, read-only, shutting down, not there): later. */
  | 'away';

/** The retry class of an error by its SQLSTATE; see PostgreSQL's appendix A. */
export function failureOf(error: unknown): DatabaseFailure {
  const state = sqlStateOf(error);
  if (state === null) return 'away';
  switch (state) {
    case '40001':
    case '40P01':
      return 'conflict';
    case '57014':
      return 'slow';
    // program_limit_exceeded: a value that is too large for its type or its index.
    case '54000':
      return 'data';
    case '3F000':
      return 'schema';
    default:
      break;
  }
  switch (state.slice(0, 2)) {
    case '22':
    case '23':
      return 'data';
    case '42':
      return 'schema';
    default:
      return 'away';
  }
}
