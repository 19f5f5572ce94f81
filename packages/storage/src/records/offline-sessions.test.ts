import { randomBytes } from 'node:crypto';
import { LostRace, type OfflineSession } from '@gatehouse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holding, waiting } from '../../../../tests/support/locks.ts';
import {
  freshStore,
  sampleOfflineSession,
  type TestStore,
  versions,
} from '../../../../tests/support/store.ts';

describe.each(versions)('offline sessions on PostgreSQL %i', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version, poolSize: 20 });
  });
  afterAll(() => place.close());

  const open = async (more: Partial<OfflineSession> = {}): Promise<OfflineSession> => {
    const payload = { scope: 'openid groups', odd: '\0\ud800' };
    const session = sampleOfflineSession(place.clock, { payload, ...more });
    const unit = place.store.unit();
    unit.offlineSessions.open(session);
    await unit.commit('success');
    return session;
  };
  const find = (id: Uint8Array) => place.store.unit().offlineSessions.find(id);
  const second = () => ({ generation: 2, succeededAt: [place.clock.now()], newestPresented: false });

  test('one is found as it was opened, by its id alone', async () => {
    const session = await open();
    expect(await find(session.id)).toEqual(session);
    expect(await find(randomBytes(32))).toBeNull();
    expect(await find(new Uint8Array())).toBeNull();
  });

  test('an expired one is gone before anybody removes its row', async () => {
    const session = await open({ expiresAt: place.clock.in(5) });
    place.clock.pass(5);
    expect(await find(session.id)).toBeNull();
  });

  test('rotation is kept, with its history and its new end', async () => {
    const session = await open();
    const lineage = {
      generation: 3,
      succeededAt: [place.clock.in(-9), place.clock.now()],
      newestPresented: true,
    };
    const unit = place.store.unit();
    unit.offlineSessions.advance(session.id, 1, lineage, place.clock.in(900));
    expect(await unit.offlineSessions.find(session.id)).toMatchObject({ lineage });
    await unit.commit('success');
    expect(await find(session.id)).toEqual({ ...session, lineage, expiresAt: place.clock.in(900) });
  });

  test('a hundred rotations at once leave one lineage, and nobody fails', async () => {
    const session = await open();
    const other = await place.another({ poolSize: 20 });
    await Promise.all(
      Array.from({ length: 100 }, async (_, number) => {
        const unit = (number % 2 ? place.store : other).unit();
        await unit.offlineSessions.find(session.id);
        unit.offlineSessions.advance(session.id, 1, second(), place.clock.in(600));
        unit.records.save('accessToken', randomBytes(32).toString('hex'), {
          payload: {},
          grantId: session.grantId,
          expiresAt: place.clock.in(60),
        });
        await unit.commit('success');
      }),
    );
    expect((await find(session.id))?.lineage).toEqual(second());
    expect(await place.sql('SELECT FROM access_tokens WHERE grant_id = $1', [session.grantId])).toHaveLength(
      100,
    );
  });

  test('a rotation of what has ended is refused, and writes nothing', async () => {
    const session = await open();
    const ending = place.store.unit();
    ending.offlineSessions.end(session.id, 'reuse');
    await ending.commit('refused');
    const unit = place.store.unit();
    unit.records.save('accessToken', 'late', { payload: {}, expiresAt: place.clock.in(60) });
    unit.offlineSessions.advance(session.id, 1, second(), place.clock.in(600));
    await expect(unit.commit('success')).rejects.toEqual(new LostRace('offlineSession'));
    expect(await place.store.unit().records.find('accessToken', 'late')).toBeNull();
    expect(await find(session.id)).toEqual({ ...session, ended: { at: place.clock.now(), reason: 'reuse' } });
  });

  // Attack: the thief refreshes in the very moment in which the owner's client revokes.
  test('whoever refreshes while the session is revoked gets nothing that outlives it', async () => {
    for (let round = 0; round < 20; round++) {
      const session = await open();
      const token = randomBytes(16).toString('hex');
      const refresh = place.store.unit();
      refresh.offlineSessions.advance(session.id, 1, second(), place.clock.in(600));
      refresh.records.save('accessToken', token, {
        payload: {},
        grantId: session.grantId,
        expiresAt: place.clock.in(60),
      });
      const revoking = place.store.unit();
      revoking.records.revokeGrant(session.grantId);
      const [refreshed] = await Promise.allSettled([refresh.commit('success'), revoking.commit('success')]);
      if (refreshed?.status === 'rejected') expect(refreshed.reason).toEqual(new LostRace('offlineSession'));
      expect(await place.store.unit().records.find('accessToken', token)).toBeNull();
      expect((await find(session.id))?.ended?.reason).toBe('revoked');
    }
  });

  // Attack: a refresh that is already under way when the session ends, and waits for its row.
  test.each(['rotates', 'has lost the rotation'])(
    'a refresh that %s notices that the session ended while it waited',
    async (which) => {
      const session = await open();
      const other = await holding(place, 'SELECT FROM offline_sessions FOR UPDATE');
      const ending = place.store.unit();
      ending.offlineSessions.end(session.id, 'logout');
      const ended = ending.commit('success');
      await waiting(place, 1);
      const refresh = place.store.unit();
      const from = which === 'rotates' ? 1 : 7;
      refresh.offlineSessions.advance(session.id, from, second(), place.clock.in(600));
      const refused = expect(refresh.commit('success')).rejects.toEqual(new LostRace('offlineSession'));
      await waiting(place, 2);
      await other.letGo();
      await Promise.all([ended, refused]);
    },
  );

  test('a session that ends while a refresh is being written takes its access token with it', async () => {
    const session = await open();
    const other = await holding(place, 'LOCK TABLE access_tokens');
    const refresh = place.store.unit();
    refresh.offlineSessions.advance(session.id, 7, second(), place.clock.in(600));
    const grantId = session.grantId;
    const token = { payload: {}, grantId, expiresAt: place.clock.in(60) };
    refresh.records.save('accessToken', grantId, token);
    const refreshed = refresh.commit('success');
    await waiting(place, 1);
    const revoking = place.store.unit();
    revoking.records.revokeGrant(grantId);
    const revoked = revoking.commit('success');
    await waiting(place, 2);
    await other.letGo();
    await Promise.all([refreshed, revoked]);
    expect(await place.store.unit().records.find('accessToken', grantId)).toBeNull();
  });

  test('the first reason for an end stays', async () => {
    const session = await open();
    for (const reason of ['gone', 'logout'] as const) {
      const unit = place.store.unit();
      unit.offlineSessions.end(session.id, reason);
      expect((await unit.offlineSessions.find(session.id))?.ended?.reason).toBe('gone');
      await unit.commit('success');
    }
    expect((await find(session.id))?.ended?.reason).toBe('gone');
  });

  test('it brings its grant and its person along, in one query', async () => {
    const session = await open({ subject: 'ben' });
    const unit = place.store.unit();
    unit.records.save('grant', session.grantId, { payload: { scope: 'x' }, expiresAt: place.clock.in(60) });
    unit.identities.save({
      subject: 'ben',
      connectorId: 'corp',
      identity: { upstreamId: '1', username: 'ben', groups: [], state: null },
      checkedAt: place.clock.now(),
      lastLoginAt: place.clock.now(),
    });
    await unit.commit('success');
    const reader = place.store.unit();
    await reader.offlineSessions.find(session.id);
    const names = ['grants', 'identities'];
    for (const name of names) await place.sql(`ALTER TABLE ${name} RENAME TO ${name}_hidden`);
    try {
      expect(await reader.records.find('grant', session.grantId)).toMatchObject({ payload: { scope: 'x' } });
      expect(await reader.identities.find('ben')).toMatchObject({ identity: { username: 'ben' } });
    } finally {
      for (const name of names) await place.sql(`ALTER TABLE ${name}_hidden RENAME TO ${name}`);
    }
  });
});
