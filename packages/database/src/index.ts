export {
  type ArchiveDatabase,
  type ArchiveDatabaseOptions,
  openArchiveDatabase,
  type SqlValue,
  sqlStateOf,
} from './archive-database.ts';
export { type DatabaseFailure, failureOf, failureSummary } from './database-failure.ts';
export {
  listMigrations,
  type Migration,
  MigrationChangedError,
  migrate,
  resetDatabase,
} from './migrate.ts';
