import { randomBytes, randomUUID } from 'node:crypto';
import { LostRace, type ProtocolRecord, type RecordKind } from '@gatehouse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  freshStore,
  newId,
  sampleOfflineSession,
  type TestStore,
  versions,
} from '../../../../tests/support/store.ts';

const kinds: readonly RecordKind[] = ['session', 'interaction', 'authorizationCode', 'accessToken', 'grant'];

describe.each(versions)('protocol records on PostgreSQL %i', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version });
  });
  afterAll(() => place.close());

  const record = (more: Partial<ProtocolRecord> = {}): ProtocolRecord => ({
    payload: { kind: 'x', list: [1, null, true], nested: { deep: 'ü' } },
    expiresAt: place.clock.in(60),
    ...more,
  });
  const save = async (kind: RecordKind, id: string, saved: ProtocolRecord) => {
    const unit = place.store.unit();
    unit.records.save(kind, id, saved);
    await unit.commit('success');
  };
  const find = (kind: RecordKind, id: string) => place.store.unit().records.find(kind, id);
  const uid = () => ({ sessionUid: randomUUID() });

  test.each(kinds)('a %s is found as it was saved, and not once it is destroyed', async (kind) => {
    const id = newId();
    const saved = record({ subject: 'somebody', ...uid() });
    const expected = kind === 'grant' ? { ...saved, sessionUid: undefined } : saved;
    await save(kind, id, saved);
    expect(await find(kind, id)).toEqual(expected);
    const unit = place.store.unit();
    unit.records.destroy(kind, id);
    await unit.commit('success');
    expect(await find(kind, id)).toBeNull();
  });

  test.each(kinds)('saving a %s again replaces what it held', async (kind) => {
    const id = newId();
    const session = uid();
    await save(kind, id, record(session));
    await save(kind, id, record({ payload: { second: true }, expiresAt: place.clock.in(120), ...session }));
    expect(await find(kind, id)).toMatchObject({ payload: { second: true }, expiresAt: place.clock.in(120) });
  });

  test.each(kinds)('a %s that was never saved is null', async (kind) => {
    expect(await find(kind, newId())).toBeNull();
  });

  // Attack: a NUL or half a surrogate pair in a parameter, to make the database refuse the row.
  test.each(kinds)('a %s may hold every string, and any string may be asked for', async (kind) => {
    const id = newId();
    const hostile = { nul: 'a\0b', lone: '\ud800', pair: '\u{1F600}', key: { 'a\0': '\udfff' } };
    await save(kind, id, record({ payload: hostile, ...uid() }));
    expect(await find(kind, id)).toMatchObject({ payload: hostile });
    for (const question of ['\0', '\ud800', '', "'; DROP TABLE grants; --"]) {
      expect(await find(kind, question)).toBeNull();
    }
  });

  test('an expired record is gone before anybody removes its row', async () => {
    const id = newId();
    await save('accessToken', id, record({ expiresAt: place.clock.in(10) }));
    place.clock.pass(10);
    expect(await find('accessToken', id)).toBeNull();
  });

  test('a code and an access token bring their grant and person along, in one query', async () => {
    const [code, token, grantId] = [newId(), newId(), newId()];
    const unit = place.store.unit();
    unit.records.save('grant', grantId, record({ subject: 'ann' }));
    unit.records.save('authorizationCode', code, record({ grantId, subject: 'ann' }));
    unit.records.save('accessToken', token, record({ grantId, subject: 'ann' }));
    await unit.commit('success');
    for (const [kind, id] of [
      ['authorizationCode', code],
      ['accessToken', token],
    ] as const) {
      const reader = place.store.unit();
      await reader.records.find(kind, id);
      await place.sql('ALTER TABLE grants RENAME TO grants_hidden');
      try {
        expect(await reader.records.find('grant', grantId)).toEqual(record({ subject: 'ann' }));
      } finally {
        await place.sql('ALTER TABLE grants_hidden RENAME TO grants');
      }
    }
  });

  // Attack: the same code is sent twenty times at once.
  test('of twenty parallel uses of a code one wins, and the others leave nothing behind', async () => {
    const code = newId();
    await save('authorizationCode', code, record());
    const second = await place.another();
    const uses = Array.from({ length: 20 }, async (_, number) => {
      const unit = (number % 2 ? place.store : second).unit();
      expect(await unit.records.find('authorizationCode', code)).not.toBeNull();
      unit.records.consumeCode(code);
      unit.records.save('accessToken', `${code}${number}`, record({ grantId: code }));
      await unit.commit('success');
    });
    const results = await Promise.allSettled(uses);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toEqual(new LostRace('code'));
    }
    expect(await place.sql('SELECT FROM access_tokens WHERE grant_id = $1', [code])).toHaveLength(1);
    expect(await find('authorizationCode', code)).toMatchObject({ consumedAt: place.clock.now() });
  });

  test('a code that was destroyed counts as used', async () => {
    const code = newId();
    const unit = place.store.unit();
    unit.records.consumeCode(code);
    await expect(unit.commit('success')).rejects.toEqual(new LostRace('code'));
  });

  test('a unit sees its own writes before they are sent', async () => {
    const [code, stored, grantId] = [newId(), newId(), newId()];
    await save('authorizationCode', stored, record({ grantId }));
    const { records } = place.store.unit();
    records.save('authorizationCode', code, record({ grantId }));
    expect(await records.find('authorizationCode', code)).toEqual(record({ grantId }));
    records.consumeCode(stored);
    expect(await records.find('authorizationCode', stored)).toMatchObject({ consumedAt: place.clock.now() });
    records.revokeGrant(grantId);
    expect(await records.find('authorizationCode', code)).toBeNull();
    expect(await records.find('authorizationCode', stored)).toBeNull();
    expect(await find('authorizationCode', stored)).toEqual(record({ grantId }));
  });

  test('what was saved and then destroyed in the same unit is not there afterwards', async () => {
    const id = newId();
    const unit = place.store.unit();
    unit.records.save('session', id, record(uid()));
    unit.records.destroy('session', id);
    await unit.commit('success');
    expect(await find('session', id)).toBeNull();
  });

  test('a session is found by its public id, also after its cookie was replaced', async () => {
    const [before, after] = [newId(), newId()];
    const session = record(uid());
    await save('session', before, session);
    const unit = place.store.unit();
    await unit.records.find('session', before);
    unit.records.renewSession(before, after);
    unit.records.save('session', after, { ...session, subject: 'ann' });
    expect(await unit.records.find('session', before)).toBeNull();
    await unit.commit('success');
    const found = await place.store.unit().records.findSessionByUid(session.sessionUid ?? '');
    expect(found).toEqual({ ...session, subject: 'ann' });
    expect(await find('session', before)).toBeNull();
    expect(await place.store.unit().records.findSessionByUid('\0')).toBeNull();
  });

  // Attack: a request of another tab, begun before the sign-out, saves the session that it has read.
  test('a session that was signed out is not brought back by a request that had read it', async () => {
    const id = newId();
    await save('session', id, record(uid()));
    const slow = place.store.unit();
    const read = await slow.records.find('session', id);
    const signOut = place.store.unit();
    signOut.records.destroy('session', id);
    await signOut.commit('success');
    if (read) slow.records.save('session', id, read);
    await slow.commit('success');
    expect(await find('session', id)).toBeNull();
  });

  // Attack: the same, by a request that gives the session a new cookie.
  test('nor by one that replaces its cookie', async () => {
    const [before, after] = [newId(), newId()];
    const session = record(uid());
    await save('session', before, session);
    const slow = place.store.unit();
    await slow.records.find('session', before);
    const signOut = place.store.unit();
    signOut.records.destroy('session', before);
    await signOut.commit('success');
    slow.records.renewSession(before, after);
    slow.records.save('session', after, session);
    await slow.commit('success');
    expect(await place.sql('SELECT FROM sessions WHERE uid = $1', [session.sessionUid])).toEqual([]);
  });

  test('a sign-out ends the session that it has read under whatever cookie it is now', async () => {
    const [before, after] = [newId(), newId()];
    const session = record(uid());
    await save('session', before, session);
    const signOut = place.store.unit();
    await signOut.records.find('session', before);
    const other = place.store.unit();
    await other.records.find('session', before);
    other.records.renewSession(before, after);
    await other.commit('success');
    signOut.records.destroy('session', before);
    await signOut.commit('success');
    expect(await place.sql('SELECT FROM sessions WHERE uid = $1', [session.sessionUid])).toEqual([]);
  });

  test('a request that is refused leaves a renewed session with its new cookie', async () => {
    const [before, after] = [newId(), newId()];
    await save('session', before, record(uid()));
    const unit = place.store.unit();
    await unit.records.find('session', before);
    unit.records.renewSession(before, after);
    await unit.commit('refused');
    expect([await find('session', before), await find('session', after)]).toEqual([null, expect.anything()]);
  });

  test('two requests that replace the cookie of one session at once leave one session', async () => {
    const [before, ...after] = [newId(), newId(), newId()];
    const session = record(uid());
    await save('session', before, session);
    const units = after.map((id) => ({ id, unit: place.store.unit() }));
    for (const { unit } of units) await unit.records.find('session', before);
    await Promise.all(
      units.map(async ({ id, unit }) => {
        unit.records.renewSession(before, id);
        unit.records.save('session', id, session);
        await unit.commit('success');
      }),
    );
    expect(await place.sql('SELECT FROM sessions WHERE uid = $1', [session.sessionUid])).toHaveLength(1);
  });

  test('the end of a grant takes its codes, access tokens and offline session with it', async () => {
    const [code, token, grantId, other] = [newId(), newId(), newId(), newId()];
    const offline = randomBytes(32);
    const unit = place.store.unit();
    unit.records.save('grant', grantId, record());
    unit.records.save('authorizationCode', code, record({ grantId }));
    unit.records.save('accessToken', token, record({ grantId }));
    unit.records.save('accessToken', other, record({ grantId: other }));
    unit.offlineSessions.open(
      sampleOfflineSession(place.clock, { id: offline, grantId, expiresAt: place.clock.in(60) }),
    );
    await unit.commit('success');
    const revoking = place.store.unit();
    revoking.records.revokeGrant(grantId);
    await revoking.commit('refused');
    expect(await find('grant', grantId)).toBeNull();
    expect(await find('authorizationCode', code)).toBeNull();
    expect(await find('accessToken', token)).toBeNull();
    expect(await find('accessToken', other)).not.toBeNull();
    expect(await place.store.unit().offlineSessions.find(offline)).toMatchObject({
      ended: { at: place.clock.now(), reason: 'revoked' },
    });
  });

  // Attack: a stolen code is exchanged in the same moment in which its theft is noticed.
  test('a grant that ends while its code is exchanged takes what the exchange made with it', async () => {
    for (let round = 0; round < 20; round++) {
      const [code, token, grantId] = [newId(), newId(), newId()];
      const offline = randomBytes(32);
      await save('authorizationCode', code, record({ grantId }));
      const exchange = place.store.unit();
      exchange.records.consumeCode(code);
      exchange.records.save('accessToken', token, record({ grantId }));
      exchange.offlineSessions.open(
        sampleOfflineSession(place.clock, { id: offline, grantId, expiresAt: place.clock.in(60) }),
      );
      const revoking = place.store.unit();
      revoking.records.revokeGrant(grantId);
      await Promise.allSettled([exchange.commit('success'), revoking.commit('success')]);
      expect(await find('accessToken', token)).toBeNull();
      const left = await place.store.unit().offlineSessions.find(offline);
      expect(left === null || left.ended?.reason === 'revoked').toBe(true);
    }
  });
});

describe.each(versions)('the ring of interactions on PostgreSQL %i', (version) => {
  // Attack: somebody who never signs in calls the authorization endpoint without end.
  test('however many sign-ins begin, only as many rows are kept, and the oldest give way', async () => {
    const place = await freshStore({ version, limits: { pendingSignIns: 20 } });
    const ids = Array.from({ length: 50 }, newId);
    for (const [number, id] of ids.entries()) {
      const unit = place.store.unit();
      unit.records.save('interaction', id, { payload: { number }, expiresAt: place.clock.in(60) });
      await unit.commit('success');
      unit.records.save('interaction', id, {
        payload: { number, again: true },
        expiresAt: place.clock.in(60),
      });
      await unit.commit('success');
    }
    const { records } = place.store.unit();
    const found = await Promise.all(ids.map((id) => records.find('interaction', id)));
    expect(found.map((each) => each !== null)).toEqual(ids.map((_, number) => number >= 30));
    expect(found.at(-1)?.payload).toEqual({ number: 49, again: true });
    expect(await place.sql('SELECT FROM interactions')).toHaveLength(20);
    await place.close();
  });

  test('a hundred sign-ins that begin at once share the slots', async () => {
    const place = await freshStore({ version, limits: { pendingSignIns: 20 } });
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const unit = place.store.unit();
        unit.records.save('interaction', newId(), { payload: {}, expiresAt: place.clock.in(60) });
        await unit.commit('success');
      }),
    );
    expect(await place.sql('SELECT FROM interactions')).toHaveLength(20);
    await place.close();
  });
});
