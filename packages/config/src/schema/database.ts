/** `database` and `seal`: where things are kept, and with which key they are encrypted first. */
import { z } from 'zod';
import { duration, flag, list, path, secret, text, wholeNumber } from './primitives.ts';

export const database = z
  .strictObject({
    url: secret()
      .optional()
      .describe('PostgreSQL 14 or newer: `postgres://user:password@host:5432/name?sslmode=verify-full`.'),
    embedded: path()
      .optional()
      .describe('A folder in which Gatehouse keeps and runs a PostgreSQL of its own. For one machine.'),
    directUrl: secret()
      .optional()
      .describe('Past a pooler such as pgbouncer, for migrations. Without it, `url`.'),
    poolSize: wholeNumber(1, 1000).prefault(10).describe('Connections that one process holds at most.'),
    preparedStatements: flag()
      .prefault(true)
      .describe('Turn off behind pgbouncer in transaction mode, which breaks named statements.'),
    statementTimeout: duration({ max: '10m' })
      .prefault('10s')
      .describe('A statement that runs for longer is given up, and the request answered with 503.'),
  })
  .refine((value) => value.url === undefined || value.embedded === undefined, {
    error: 'takes url or embedded, not both',
  })
  .prefault({})
  .describe('Where everything is stored. Without `url`, the embedded PostgreSQL in `var/postgres`.');

const sealKey = z.strictObject({
  id: text({ max: 64 })
    .regex(/^[A-Za-z0-9._-]+$/, { error: 'may have letters, digits and . _ -' })
    .describe('Stored beside what was sealed with it; never give it to another key.'),
  key: secret().describe('32 random bytes as base64 or hex: `openssl rand -base64 32`.'),
});

export const seal = z
  .strictObject({
    keys: list(sealKey)
      .min(1, { error: 'must have at least one key' })
      .optional()
      .describe(
        'The first one seals, all of them open. To replace a key, put the new one first and keep the old.',
      ),
    file: path()
      .optional()
      .describe(
        'A file with one key, made at the first start with mode 0600. Keep a copy of it apart from the database.',
      ),
  })
  .refine((value) => value.keys === undefined || value.file === undefined, {
    error: 'takes keys or file, not both',
  })
  .prefault({})
  .describe(
    'The key that private keys and upstream tokens are encrypted with before they are stored. Without it, `seal.key` beside the embedded database, else `var/seal.key`.',
  );
