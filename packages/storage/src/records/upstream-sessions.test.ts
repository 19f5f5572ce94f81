import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshStore, type TestStore, versions } from '../../../../tests/support/store.ts';

describe.each(versions)('what ends sessions of an upstream, on PostgreSQL %i', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version });
  });
  afterAll(() => place.close());

  const state = { idToken: 'eyJ.secret.token', odd: '\0\ud800' };

  async function kept(seconds = 60): Promise<string> {
    const id = randomUUID();
    const unit = place.store.unit();
    unit.upstreamSessions.keep({ id, state, expiresAt: place.clock.in(seconds) });
    await unit.commit('success');
    return id;
  }
  const find = (id: string) => place.store.unit().upstreamSessions.find(id);

  test('is found as it was kept', async () => {
    expect(await find(await kept())).toEqual(state);
    expect(await find(randomUUID())).toBeNull();
    expect(await find('\0')).toBeNull();
  });

  test('is not kept by a request that was refused, or that failed', async () => {
    for (const outcome of ['refused', 'failed'] as const) {
      const id = randomUUID();
      const unit = place.store.unit();
      unit.upstreamSessions.keep({ id, state, expiresAt: place.clock.in(60) });
      await unit.commit(outcome);
      expect(await find(id)).toBeNull();
    }
  });

  test('is forgotten with the session, also by a request that is refused, and not by one that failed', async () => {
    const [refused, failed] = [await kept(), await kept()];
    for (const [id, outcome] of [
      [refused, 'refused'],
      [failed, 'failed'],
    ] as const) {
      const unit = place.store.unit();
      unit.upstreamSessions.forget(id);
      await unit.commit(outcome);
    }
    expect(await find(refused)).toBeNull();
    expect(await find(failed)).toEqual(state);
  });

  test('is not kept if the same request forgets it', async () => {
    const id = randomUUID();
    const unit = place.store.unit();
    unit.upstreamSessions.keep({ id, state, expiresAt: place.clock.in(60) });
    unit.upstreamSessions.forget(id);
    await unit.commit('success');
    expect(await find(id)).toBeNull();
  });

  test('is gone when it has expired, and its row is removed', async () => {
    const id = await kept(5);
    place.clock.pass(5);
    expect(await find(id)).toBeNull();
    expect(await place.store.removeExpired(new AbortController().signal)).toBeGreaterThan(0);
  });

  // Attack: a copy of the database, in which there would be ID tokens of everybody who is signed in.
  test('does not stand in the database as it is', async () => {
    const id = await kept();
    const rows = await place.sql('SELECT * FROM upstream_sessions');
    expect(rows.length).toBeGreaterThan(0);
    const dumped = JSON.stringify(rows, (_, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
    );
    expect(dumped).not.toContain('secret');
    expect(dumped).not.toContain(id);
  });
});
