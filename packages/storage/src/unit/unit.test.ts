import { randomBytes } from 'node:crypto';
import type { Outcome, Unit } from '@gatehouse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  freshStore,
  newId,
  sampleOfflineSession,
  type TestStore,
  versions,
} from '../../../../tests/support/store.ts';

describe.each(versions)('the commit of a unit on PostgreSQL %i', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version });
  });
  afterAll(() => place.close());

  /** One of each thing, and what became of it. */
  const setOut = async () => {
    const ids = {
      code: newId(),
      oldToken: newId(),
      newToken: newId(),
      session: newId(),
      grant: newId(),
      login: newId(),
      subject: newId(),
      rotating: randomBytes(32),
      ending: randomBytes(32),
      opened: randomBytes(32),
    };
    const expiresAt = place.clock.in(600);
    const unit = place.store.unit();
    unit.records.save('authorizationCode', ids.code, { payload: {}, expiresAt });
    unit.records.save('session', ids.session, { payload: {}, expiresAt, sessionUid: newId() });
    unit.records.save('accessToken', ids.oldToken, { payload: {}, expiresAt, grantId: ids.grant });
    unit.logins.open({ token: ids.login, interaction: 'i', connectorId: 'corp', memo: null, expiresAt });
    unit.offlineSessions.open(sampleOfflineSession(place.clock, { id: ids.rotating, grantId: 'other' }));
    unit.offlineSessions.open(sampleOfflineSession(place.clock, { id: ids.ending, grantId: 'other' }));
    await unit.commit('success');
    return ids;
  };
  type Ids = Awaited<ReturnType<typeof setOut>>;

  const doEverything = (unit: Unit, ids: Ids) => {
    const expiresAt = place.clock.in(600);
    unit.records.save('accessToken', ids.newToken, { payload: {}, expiresAt });
    unit.records.consumeCode(ids.code);
    unit.identities.save({
      subject: ids.subject,
      connectorId: 'corp',
      identity: { upstreamId: '1', username: 'ann', groups: [], state: null },
      checkedAt: place.clock.now(),
      lastLoginAt: place.clock.now(),
    });
    unit.logins.finish(ids.login);
    unit.offlineSessions.open(sampleOfflineSession(place.clock, { id: ids.opened, grantId: 'other' }));
    unit.offlineSessions.advance(
      ids.rotating,
      1,
      { generation: 2, succeededAt: [place.clock.now()], newestPresented: false },
      expiresAt,
    );
    unit.records.destroy('session', ids.session);
    unit.records.revokeGrant(ids.grant);
    unit.offlineSessions.end(ids.ending, 'reuse');
  };

  const look = async (unit: Unit, ids: Ids) => ({
    saved: (await unit.records.find('accessToken', ids.newToken)) !== null,
    consumed: (await unit.records.find('authorizationCode', ids.code))?.consumedAt !== undefined,
    identity: (await unit.identities.find(ids.subject)) !== null,
    finished: (await unit.logins.find(ids.login))?.finishedAt !== undefined,
    opened: (await unit.offlineSessions.find(ids.opened)) !== null,
    rotated: (await unit.offlineSessions.find(ids.rotating))?.lineage.generation === 2,
    destroyed: (await unit.records.find('session', ids.session)) === null,
    revoked: (await unit.records.find('accessToken', ids.oldToken)) === null,
    ended: (await unit.offlineSessions.find(ids.ending))?.ended?.reason === 'reuse',
  });

  const work = ['saved', 'consumed', 'identity', 'finished', 'opened', 'rotated'];
  const decisions = ['destroyed', 'revoked', 'ended'];
  const goesOut: Readonly<Record<Outcome, readonly string[]>> = {
    success: [...work, ...decisions],
    refused: decisions,
    failed: [],
  };

  test.each(['success', 'refused', 'failed'] as const)('%s lets out what the table says', async (outcome) => {
    const ids = await setOut();
    const unit = place.store.unit();
    doEverything(unit, ids);
    await unit.commit(outcome);
    const expected = Object.fromEntries(
      [...work, ...decisions].map((name) => [name, goesOut[outcome].includes(name)]),
    );
    expect(await look(place.store.unit(), ids)).toEqual(expected);
    // The unit itself must not remember what did not go out.
    expect(await look(unit, ids)).toEqual(expected);
  });

  test('before the commit the unit sees all its writes, and nobody else any', async () => {
    const ids = await setOut();
    const unit = place.store.unit();
    doEverything(unit, ids);
    expect(Object.values(await look(unit, ids))).not.toContain(false);
    expect(Object.values(await look(place.store.unit(), ids))).not.toContain(true);
  });

  test('a second commit sends only what was queued since', async () => {
    const ids = await setOut();
    const unit = place.store.unit();
    unit.records.consumeCode(ids.code);
    await unit.commit('success');
    await unit.commit('success');
    unit.records.save('accessToken', ids.newToken, { payload: {}, expiresAt: place.clock.in(60) });
    await unit.commit('success');
    expect(await place.store.unit().records.find('accessToken', ids.newToken)).not.toBeNull();
  });

  test('a unit that only reads, or does nothing, needs no transaction', async () => {
    await place.store.unit().commit('success');
    const unit = place.store.unit();
    await unit.records.find('session', newId());
    await unit.commit('refused');
  });

  test('a lost race undoes the decisions of the same commit too, and frees the connection', async () => {
    const ids = await setOut();
    const store = await place.another({ poolSize: 1 });
    const unit = store.unit();
    unit.records.destroy('session', ids.session);
    unit.records.consumeCode('a code that nobody issued');
    await expect(unit.commit('success')).rejects.toThrow('code');
    expect(await store.unit().records.find('session', ids.session)).not.toBeNull();
    const next = store.unit();
    next.records.destroy('session', ids.session);
    await next.commit('success');
    expect(await store.unit().records.find('session', ids.session)).toBeNull();
  });

  test('it works without named statements, as behind a transaction pooler', async () => {
    const store = await place.another({ preparedStatements: false });
    const ids = await setOut();
    const unit = store.unit();
    doEverything(unit, ids);
    await unit.commit('success');
    expect(Object.values(await look(store.unit(), ids))).not.toContain(false);
  });
});
