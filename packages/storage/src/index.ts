/**
 * The ports of the core over PostgreSQL, and the embedded PostgreSQL for trying things out.
 *
 * It owns every SQL statement, the migrations, and what is hashed or sealed before it is stored. It must not know
 * HTTP, the OpenID provider library, or any rule of the core.
 */

export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded/embedded-postgres.ts';
export { EmbeddedPostgresError } from './embedded/error.ts';
export { holdsSealedRows } from './keys/seal-fits.ts';
export { assertServable } from './migrate/applied.ts';
export { type MigrateOptions, type MigrationStep, migrate } from './migrate/migrate.ts';
export { DatabaseProblem } from './migrate/problem.ts';
export { openStore, type StoreOptions } from './postgres-store.ts';
