export {
  listMigrations,
  type Migration,
  MigrationChangedError,
  migrate,
  resetDatabase,
} from './migrate.ts';
