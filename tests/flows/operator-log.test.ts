/** What the collector of the log gets to know: about the process itself, and about what it refused. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Gatehouse, startGatehouse } from '../support/gatehouse.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let gatehouse: Gatehouse;

beforeEach(async () => {
  database = await freshDatabase();
  const config = {
    database: { url: { fromEnv: 'DATABASE_URL' } },
    seal: { keys: [{ id: 'one', key: { fromEnv: 'SEAL_KEY' } }] },
    connectors: [{ id: 'local', type: 'local' }],
    log: { format: 'json' },
  };
  const env = { DATABASE_URL: database.url, SEAL_KEY: Buffer.alloc(32, 1).toString('base64') };
  gatehouse = await startGatehouse({ config, env });
});

afterEach(async () => {
  await gatehouse.stop();
  await database.drop();
});

interface Line {
  readonly msg: string;
  readonly requestId?: string;
}

function lines(): readonly Line[] {
  return gatehouse
    .output()
    .split('\n')
    .slice(0, -1) // the last one may not be whole yet
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}

const lineOf = (id: string | null) =>
  until('the line', () => lines().find(({ requestId }) => requestId === id));

it('tells in the log when it serves, where, and when it was asked to stop', async () => {
  const { issuer, process: server } = gatehouse;
  const ready = await until('the line', () => lines().find(({ msg }) => msg === 'ready'));
  expect(ready).toMatchObject({ issuer, host: '127.0.0.1', port: Number(new URL(issuer).port) });
  await gatehouse.stop();
  expect(server.exitCode).toBe(0);
  expect(lines().at(-1)).toMatchObject({ msg: expect.stringContaining('stopping'), signal: 'SIGTERM' });
});

it('tells once why it showed a page with an error of the protocol', async () => {
  const show = async (path: string) => {
    const page = await fetch(`${gatehouse.issuer}${path}`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(400);
    return page.headers.get('x-request-id');
  };
  const unknownClient = await show('/auth?client_id=nobody&response_type=code&scope=openid');
  const badHint = await show('/logout?id_token_hint=x');
  // Lines come in order: once the last page has its own, those before it have all of theirs.
  await lineOf(await show('/auth?client_id=last'));
  const told = lines().filter(
    // Beside the line that every request has.
    ({ msg, requestId = null }) => msg !== 'request' && [unknownClient, badHint].includes(requestId),
  );
  expect(told).toEqual([
    expect.objectContaining({
      msg: 'protocol request refused',
      requestId: unknownClient,
      ...{ route: 'authorization', code: 'invalid_client', asked: 'nobody' },
    }),
    expect.objectContaining({
      msg: 'protocol request refused',
      requestId: badHint,
      ...{ route: 'end_session', code: 'invalid_request' },
    }),
  ]);
});
