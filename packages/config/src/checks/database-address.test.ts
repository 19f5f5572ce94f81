import { describe, expect, test } from 'vitest';
import { attempt, complaint } from '../testing/attempt.ts';

const text = (url: string) => `issuer: https://a.example\ndatabase: { ${url}: { fromEnv: DB } }\n`;

describe('the address of the database', () => {
  test.each([
    'postgres://gatehouse:pw@db.example.com/gatehouse?sslmode=verify-full',
    'postgresql://db:5433/gatehouse',
    'postgres://gatehouse:p%23ss%2Fw@127.0.0.1/gatehouse',
    'postgres://gatehouse@/gatehouse?host=/var/run/postgresql',
    'postgres:///gatehouse',
  ])('may be %s', async (DB) => {
    for (const key of ['url', 'directUrl']) await attempt(text(key), { env: { DB } });
  });

  test.each([
    ['something else', 'hello-secret', /not the address of a PostgreSQL/],
    ['another database', 'mysql://a:secret@b/c', /not the address of a PostgreSQL/],
    ['a password that is not encoded', 'postgres://gatehouse:p#secret/w@127.0.0.1/x', /%23 for #/],
    ['a mode of TLS that does not exist', 'postgres://a:secret@b/c?sslmode=verify_full', /there are disable/],
  ])('is not %s, and is never shown', async (_, DB, words) => {
    const fault = await complaint(text('url'), { env: { DB } });
    expect(fault).toMatch(words);
    expect(fault).not.toContain('secret');
  });
});
