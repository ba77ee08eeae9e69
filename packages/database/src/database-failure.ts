import { sqlStateOf } from './archive-database.ts';

/** What to do about a statement that failed. */
export type DatabaseFailure =
  /** The data itself is refused: it will be refused again, what stands beside it need not wait. */
  | 'data'
  /** Either this data provokes it or the server is in trouble: what is taken beside it shows which. */
  | 'suspect'
  /** Two statements were in each other's way: the same again, at once. */
  | 'conflict'
  /** It took too long: less at a time. */
  | 'slow'
  /** Tables or columns are missing: a database that was emptied or restored. Migrate, then again. */
  | 'schema'
  /** It can't be written now (full, too many connections, read-only, shutting down, not there): later. */
  | 'unavailable';

/** States that differ from their class. */
const STATES: Readonly<Record<string, DatabaseFailure>> = {
  // transaction_integrity_constraint_violation
  '40002': 'data',
  // statement_completion_unknown
  '40003': 'unavailable',
  // disk_full
  '53100': 'unavailable',
  // too_many_connections
  '53300': 'unavailable',
  // lock_not_available
  '55P03': 'slow',
  // query_canceled
  '57014': 'slow',
};

/** Every class of PostgreSQL's appendix A that is an error; one that is not here is `suspect`. */
const CLASSES: Readonly<Record<string, DatabaseFailure>> = {
  // Connection exception.
  '08': 'unavailable',
  // Triggered action exception.
  '09': 'data',
  // Feature not supported: a cached plan that a migration made invalid, gone with its connection.
  '0A': 'unavailable',
  // Invalid transaction initiation, authorization, catalog name, configuration file.
  '0B': 'unavailable',
  '28': 'unavailable',
  '3D': 'unavailable',
  F0: 'unavailable',
  // Case not found, cardinality violation.
  '20': 'data',
  '21': 'data',
  // Data exception, integrity constraint violation.
  '22': 'data',
  '23': 'data',
  // Invalid transaction state: read-only.
  '25': 'unavailable',
  // Triggered data change violation; exceptions of routines that a trigger calls.
  '27': 'data',
  '2F': 'data',
  '38': 'data',
  '39': 'data',
  // Invalid schema name.
  '3F': 'schema',
  // Transaction rollback.
  '40': 'conflict',
  // Syntax error or access rule violation: an undefined table or column.
  '42': 'schema',
  // With check option violation.
  '44': 'data',
  // Insufficient resources: out of memory.
  '53': 'suspect',
  // Program limit exceeded: a value that is too large, or nested too deep, for its type or its index.
  '54': 'data',
  // Object not in prerequisite state, operator intervention.
  '55': 'unavailable',
  '57': 'unavailable',
  // System error: a block that can't be read.
  '58': 'suspect',
  // PL/pgSQL: a trigger raised it.
  P0: 'data',
  // Internal error, corrupted data or index.
  XX: 'suspect',
};

/** What to do about an error, by its SQLSTATE. */
export function failureOf(error: unknown): DatabaseFailure {
  const state = sqlStateOf(error);
  return state === null
    ? 'unavailable'
    : (STATES[state] ?? CLASSES[state.slice(0, 2)] ?? 'suspect');
}

/** What may be shown of an error of Postgres: never its text, which quotes statements, values and addresses. */
export function failureSummary(error: unknown): string {
  const state = sqlStateOf(error);
  return state === null
    ? 'Postgres did not answer'
    : `Postgres answered with an error (SQLSTATE ${state})`;
}
