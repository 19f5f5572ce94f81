import { type Store, StoreUnavailable } from '@gatehouse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holding, waiting } from '../../../../tests/support/locks.ts';
import { type PostgresServer, startPostgres } from '../../../../tests/support/postgres.ts';
import { freshStore, newId, type TestStore, versions } from '../../../../tests/support/store.ts';

const unavailable = expect.objectContaining({ name: 'StoreUnavailable' });

async function saveCode(store: Store, code: string, expiresAt: Date): Promise<void> {
  const unit = store.unit();
  unit.records.save('authorizationCode', code, { payload: {}, expiresAt });
  await unit.commit('success');
}

describe.each(versions)('when PostgreSQL %i fails us', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version });
  });
  afterAll(() => place.close());

  const exchange = (code: string) => {
    const unit = place.store.unit();
    unit.records.consumeCode(code);
    unit.records.save('accessToken', `token of ${code}`, { payload: {}, expiresAt: place.clock.in(60) });
    return unit.commit('success');
  };

  test('a connection that dies in the middle of a commit leaves nothing written, and the code usable', async () => {
    const code = newId();
    await saveCode(place.store, code, place.clock.in(60));
    const other = await holding(place, 'LOCK TABLE access_tokens');
    const committing = exchange(code);
    const outcome = expect(committing).rejects.toEqual(unavailable);
    const [pid] = await waiting(place, 1);
    await place.sql('SELECT pg_terminate_backend($1)', [pid]);
    await outcome;
    await other.letGo();
    const found = await place.store.unit().records.find('authorizationCode', code);
    expect(found).not.toBeNull();
    expect(found).not.toHaveProperty('consumedAt');
    await exchange(code);
    expect(await place.store.unit().records.find('accessToken', `token of ${code}`)).not.toBeNull();
  });

  test('a statement that takes too long is unavailable, not a refusal, and is undone', async () => {
    const store = await place.another({ statementTimeout: 100 });
    const code = newId();
    await saveCode(store, code, place.clock.in(60));
    const other = await holding(place, 'LOCK TABLE access_tokens');
    const unit = store.unit();
    unit.records.consumeCode(code);
    unit.records.save('accessToken', newId(), { payload: {}, expiresAt: place.clock.in(60) });
    await expect(unit.commit('success')).rejects.toBeInstanceOf(StoreUnavailable);
    await other.letGo();
    expect(await store.unit().records.find('authorizationCode', code)).not.toHaveProperty('consumedAt');
  });

  test('the time-out holds behind a pooler too, where the server knows of none', async () => {
    const store = await place.another({ statementTimeout: 100, preparedStatements: false });
    const other = await holding(place, 'LOCK TABLE sessions');
    await expect(store.unit().records.find('session', newId())).rejects.toBeInstanceOf(StoreUnavailable);
    await other.letGo();
    expect(await store.unit().records.find('session', newId())).toBeNull();
  });

  test('two commits that lock each other out are both written in the end', async () => {
    const [first, second] = [newId(), newId()];
    const save = async (...ids: readonly string[]) => {
      const unit = place.store.unit();
      for (const id of ids)
        unit.records.save('grant', id, { payload: { ids }, expiresAt: place.clock.in(60) });
      await unit.commit('success');
    };
    await save(first, second);
    const other = await holding(place, 'SELECT FROM grants FOR UPDATE');
    const both = Promise.all([save(first, second), save(second, first)]);
    await waiting(place, 2);
    await other.letGo();
    await both;
    const { records } = place.store.unit();
    const left = await Promise.all([first, second].map((id) => records.find('grant', id)));
    expect(left[0]?.payload).toEqual(left[1]?.payload);
  });

  test('an account that may open no more connections is unavailable', async () => {
    await place.sql(`ALTER DATABASE ${place.db.name} CONNECTION LIMIT 0`);
    try {
      await expect(place.another()).rejects.toThrow('no free connection');
    } finally {
      await place.sql(`ALTER DATABASE ${place.db.name} CONNECTION LIMIT -1`);
    }
  });

  test('a request for what the store may not do is a fault of ours, not unavailable', async () => {
    await place.sql('REVOKE INSERT ON replay_guards FROM gatehouse');
    const asking = place.store.replayGuards.once('key', place.clock.in(60));
    await expect(asking).rejects.toMatchObject({ name: 'error', code: '42501' });
    await place.sql('GRANT INSERT ON replay_guards TO gatehouse');
  });
});

describe('when the server goes away and comes back', () => {
  let server: PostgresServer;
  let place: TestStore;
  beforeAll(async () => {
    server = await startPostgres({ version: 15 });
    place = await freshStore({ server });
  });
  afterAll(() => server.remove());

  test('everything is unavailable in the meantime, and works again afterwards', async () => {
    const code = newId();
    await saveCode(place.store, code, place.clock.in(60));
    await server.stop();
    const unit = place.store.unit();
    unit.records.consumeCode(code);
    await expect(unit.commit('success')).rejects.toEqual(unavailable);
    await expect(place.store.unit().records.find('session', 'x')).rejects.toEqual(unavailable);
    await expect(place.store.ping(AbortSignal.timeout(5_000))).rejects.toEqual(unavailable);
    await expect(place.store.signingKeys.list()).rejects.toEqual(unavailable);
    await expect(place.store.removeExpired(AbortSignal.timeout(5_000))).rejects.toEqual(unavailable);
    await expect(place.another()).rejects.toThrow('cannot be reached');
    await server.start();
    await place.store.ping(AbortSignal.timeout(5_000));
    expect(await place.store.unit().records.find('authorizationCode', code)).not.toHaveProperty('consumedAt');
  });

  test('a ping gives up at its deadline, whatever the server does', async () => {
    const deadline = AbortSignal.abort();
    await expect(place.store.ping(deadline)).rejects.toThrow('does not answer in time');
  });

  test('after the store is closed, everything is unavailable', async () => {
    const store = await place.another();
    await store.close();
    await expect(store.unit().records.find('session', 'x')).rejects.toEqual(unavailable);
  });
});

test('all connections busy is unavailable after a while', async () => {
  const place = await freshStore({ poolSize: 1, statementTimeout: 30_000 });
  const other = await holding(place, 'LOCK TABLE sessions');
  const first = place.store.unit().records.find('session', newId());
  await waiting(place, 1);
  await expect(place.store.unit().records.find('grant', newId())).rejects.toEqual(unavailable);
  await other.letGo();
  expect(await first).toBeNull();
  await place.close();
});
