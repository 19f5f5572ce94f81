import { randomBytes } from 'node:crypto';
import { type Login, LostRace } from '@gatehouse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshStore, newId, type TestStore, versions } from '../../../../tests/support/store.ts';

describe.each(versions)('logins on PostgreSQL %i', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version, limits: { pendingSignIns: 30 } });
  });
  afterAll(() => place.close());

  const open = async (more: Partial<Login> = {}): Promise<Login> => {
    const login: Login = {
      token: newId(),
      interaction: newId(),
      connectorId: 'corp',
      memo: { nonce: 'n-0S6', odd: '\0\ud800' },
      expiresAt: place.clock.in(600),
      ...more,
    };
    const unit = place.store.unit();
    unit.logins.open(login);
    await unit.commit('success');
    return login;
  };
  const arrive = async (loginToken: string, code: string, limit = 3): Promise<string> => {
    const handle = newId();
    const unit = place.store.unit();
    const params = new URLSearchParams({ code, state: loginToken, odd: '\0' });
    unit.logins.saveArrival({ handle, loginToken, arrival: { method: 'GET', params, headers: {} } }, limit);
    await unit.commit('success');
    return handle;
  };
  const findArrival = (handle: string) => place.store.unit().logins.findArrival(handle);

  test('one is found as it was opened, by its token alone', async () => {
    const login = await open();
    expect(await place.store.unit().logins.find(login.token)).toEqual(login);
    expect(await place.store.unit().logins.find(`${login.token}x`)).toBeNull();
    expect(await place.store.unit().logins.find('\0')).toBeNull();
  });

  test('a memo may be null', async () => {
    const login = await open({ memo: null });
    expect(await place.store.unit().logins.find(login.token)).toEqual(login);
  });

  test('an expired one is gone, and its arrivals with it', async () => {
    const login = await open({ expiresAt: place.clock.in(5) });
    const handle = await arrive(login.token, 'code');
    place.clock.pass(5);
    expect(await place.store.unit().logins.find(login.token)).toBeNull();
    expect(await findArrival(handle)).toBeNull();
  });

  test('an arrival comes back whole, with its login, body and headers included', async () => {
    const login = await open();
    const arrival = {
      method: 'POST' as const,
      params: new URLSearchParams([
        ['a', '1'],
        ['a', '2'],
        ['ü', '\0'],
      ]),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new Uint8Array(randomBytes(500)),
    };
    const unit = place.store.unit();
    unit.logins.saveArrival({ handle: 'one', loginToken: login.token, arrival }, 3);
    expect((await unit.logins.findArrival('one'))?.arrival).toEqual(arrival);
    await unit.commit('success');
    const found = await findArrival('one');
    expect(found?.login).toEqual(login);
    expect(found?.arrival).toEqual(arrival);
    expect(found?.arrival.params.toString()).toBe(arrival.params.toString());
  });

  // Attack: many planted answers for one login, to fill the database or to push the real one out of sight.
  test('a login keeps its newest arrivals, also when they come all at once', async () => {
    const login = await open();
    const handles: string[] = [];
    for (const code of ['a', 'b', 'c', 'd', 'e']) handles.push(await arrive(login.token, code));
    const found = await Promise.all(handles.map(findArrival));
    expect(found.map((each) => each?.arrival.params.get('code'))).toEqual([
      undefined,
      undefined,
      'c',
      'd',
      'e',
    ]);
    await Promise.all(Array.from({ length: 30 }, () => arrive(login.token, 'x')));
    const slots =
      'SELECT FROM arrivals WHERE login_slot = (SELECT slot FROM logins ORDER BY slot DESC LIMIT 1)';
    expect(await place.sql(slots)).toHaveLength(3);
  });

  test('an arrival for a login that nobody opened is not kept', async () => {
    expect(await findArrival(await arrive(newId(), 'code'))).toBeNull();
  });

  // Attack: the callback's address is sent twice, or by two browsers.
  test('of twenty parallel finishes one wins', async () => {
    const login = await open();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, async () => {
        const unit = place.store.unit();
        unit.logins.finish(login.token);
        unit.records.save('session', newId(), {
          payload: {},
          sessionUid: newId(),
          subject: login.token,
          expiresAt: place.clock.in(60),
        });
        await unit.commit('success');
      }),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toEqual(new LostRace('login'));
    }
    expect(await place.sql('SELECT FROM sessions WHERE subject = $1', [login.token])).toHaveLength(1);
    expect((await place.store.unit().logins.find(login.token))?.finishedAt).toEqual(place.clock.now());
  });

  test('a finished login takes no more arrivals, and a unit sees at once that it finished it', async () => {
    const login = await open();
    const unit = place.store.unit();
    await unit.logins.find(login.token);
    unit.logins.finish(login.token);
    expect((await unit.logins.find(login.token))?.finishedAt).toEqual(place.clock.now());
    await unit.commit('success');
    expect(await findArrival(await arrive(login.token, 'late'))).toBeNull();
  });

  // Attack: one browser opens logins without end.
  test('however many logins begin, only as many rows are kept, and arrivals go with their login', async () => {
    const first = await open();
    const handle = await arrive(first.token, 'code');
    const later = [];
    for (let number = 0; number < 40; number++) later.push(await open());
    expect(await place.sql('SELECT FROM logins')).toHaveLength(30);
    expect(await place.store.unit().logins.find(first.token)).toBeNull();
    expect(await findArrival(handle)).toBeNull();
    expect(await place.sql('SELECT FROM arrivals')).toHaveLength(0);
    expect(await place.store.unit().logins.find(later.at(-1)?.token ?? '')).toEqual(later.at(-1));
  });

  test('a sealed memo that was moved to another login does not open', async () => {
    const [one, two] = [await open(), await open()];
    await place.sql(
      `UPDATE logins SET memo_sealed = (SELECT l.memo_sealed FROM logins l ORDER BY l.slot DESC LIMIT 1)`,
    );
    const found = await Promise.allSettled(
      [one, two].map((login) => place.store.unit().logins.find(login.token)),
    );
    expect(found.filter((result) => result.status === 'rejected').length).toBeGreaterThan(0);
  });
});
