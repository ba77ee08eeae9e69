export { type ArchiveDatabase, openArchiveDatabase, type SqlValue } from './archive-database.ts';
export {
  listMigrations,
  type Migration,
  MigrationChangedError,
  migrate,
  resetDatabase,
} from './migrate.ts';
