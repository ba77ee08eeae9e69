import { join } from 'node:path';

/** Where the migrations are: in the repository here, beside its code in an artefact, whose build replaces this file. */
export const MIGRATIONS_DIRECTORY = join(import.meta.dirname, '../../../prisma/migrations');
