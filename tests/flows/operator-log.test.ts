/** What the collector of the log gets to know about the process itself. */
import { expect, it } from 'vitest';
import { startGatehouse } from '../support/gatehouse.ts';
import { freshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

it('tells in the log when it serves, where, and when it was asked to stop', async () => {
  const database = await freshDatabase();
  const config = {
    database: { url: { fromEnv: 'DATABASE_URL' } },
    seal: { keys: [{ id: 'one', key: { fromEnv: 'SEAL_KEY' } }] },
    connectors: [{ id: 'local', type: 'local' }],
    log: { format: 'json' },
  };
  const env = { DATABASE_URL: database.url, SEAL_KEY: Buffer.alloc(32, 1).toString('base64') };
  const gatehouse = await startGatehouse({ config, env });
  const { issuer, process: server } = gatehouse;
  const lines = () =>
    gatehouse
      .output()
      .split('\n')
      .slice(0, -1) // the last one may not be whole yet
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { msg: string });
  const ready = await until('the line', () => lines().find(({ msg }) => msg === 'ready'));
  expect(ready).toMatchObject({ issuer, host: '127.0.0.1', port: Number(new URL(issuer).port) });
  await gatehouse.stop();
  expect(server.exitCode).toBe(0);
  expect(lines().at(-1)).toMatchObject({ msg: expect.stringContaining('stopping'), signal: 'SIGTERM' });
  await database.drop();
});
