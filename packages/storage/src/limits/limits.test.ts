import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holding } from '../../../../tests/support/locks.ts';
import {
  freshStore,
  sampleOfflineSession,
  type TestStore,
  versions,
} from '../../../../tests/support/store.ts';

const newKey = () => randomBytes(8).toString('hex');

describe.each(versions)('limits on PostgreSQL %i', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version });
  });
  afterAll(() => place.close());

  const limit = { tries: 3, window: 60 };
  const waits = async (key: string, times: number) => {
    const seconds: number[] = [];
    for (let time = 0; time < times; time++) {
      seconds.push((await place.store.rateLimits.take(key, limit)).retryAfter);
    }
    return seconds;
  };

  test('after so many tries one waits until the window ends, and then starts anew', async () => {
    const key = newKey();
    expect(await waits(key, 5)).toEqual([0, 0, 0, 60, 60]);
    place.clock.pass(59.5);
    expect(await waits(key, 1)).toEqual([1]);
    place.clock.pass(0.5);
    expect(await waits(key, 4)).toEqual([0, 0, 0, 60]);
  });

  test('one key does not count for another, whatever is in it', async () => {
    const keys = [newKey(), `${newKey()}\0`, '', '\ud800', 'x'.repeat(1_000_000)];
    for (const key of keys) expect(await waits(key, 3)).toEqual([0, 0, 0]);
  });

  test('after a success earlier tries are forgiven', async () => {
    const key = newKey();
    await waits(key, 5);
    await place.store.rateLimits.forgive(key);
    expect(await waits(key, 3)).toEqual([0, 0, 0]);
  });

  test('a try that is given back does not count, and the window ends when it would have', async () => {
    const key = newKey();
    expect(await waits(key, 3)).toEqual([0, 0, 0]);
    place.clock.pass(20);
    await place.store.rateLimits.giveBack(key);
    expect(await waits(key, 2)).toEqual([0, 40]);
  });

  test('what is given back at once, on several servers, is counted one by one', async () => {
    const key = newKey();
    const other = await place.another();
    await waits(key, 3);
    await Promise.all([place.store.rateLimits.giveBack(key), other.rateLimits.giveBack(key)]);
    expect(await waits(key, 3)).toEqual([0, 0, 60]);
  });

  // Attack: tries are saved up, by giving back more than was taken, or what an earlier window had taken.
  test('nobody gets more tries than the limit says', async () => {
    const key = newKey();
    await place.store.rateLimits.giveBack(key);
    await waits(key, 1);
    for (let time = 0; time < 5; time++) await place.store.rateLimits.giveBack(key);
    expect(await waits(key, 4)).toEqual([0, 0, 0, 60]);
    place.clock.pass(60);
    await place.store.rateLimits.giveBack(key);
    expect(await waits(key, 4)).toEqual([0, 0, 0, 60]);
  });

  // Attack: many guesses at the same moment, on several servers, to slip past the count.
  test('of a hundred parallel tries only as many go ahead as the limit says', async () => {
    const key = newKey();
    const other = await place.another();
    const tries = await Promise.all(
      Array.from({ length: 100 }, (_, number) =>
        (number % 2 ? place.store : other).rateLimits.take(key, limit),
      ),
    );
    expect(tries.filter((each) => each.retryAfter === 0)).toHaveLength(3);
  });

  // Attack: an assertion is replayed to several servers at once.
  test('of twenty parallel uses of a guarded key one is the first', async () => {
    const key = newKey();
    const other = await place.another();
    const uses = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        (number % 2 ? place.store : other).replayGuards.once(key, place.clock.in(60)),
      ),
    );
    expect(uses.filter(Boolean)).toHaveLength(1);
  });

  test('a guard holds until its end, and no longer', async () => {
    const { replayGuards } = place.store;
    const key = newKey();
    expect(await replayGuards.once(key, place.clock.in(60))).toBe(true);
    place.clock.pass(59);
    expect(await replayGuards.once(key, place.clock.in(60))).toBe(false);
    place.clock.pass(1);
    expect(await replayGuards.once(key, place.clock.in(60))).toBe(true);
    expect(await replayGuards.once(key, place.clock.in(60))).toBe(false);
  });
});

describe.each(versions)('removing what expired on PostgreSQL %i', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version });
  });
  afterAll(() => place.close());

  const never = new AbortController().signal;

  test('takes one of everything that has, and nothing that has not', async () => {
    const expiring = async (name: string, seconds: number) => {
      const expiresAt = place.clock.in(seconds);
      const unit = place.store.unit();
      unit.records.save('session', name, { payload: {}, expiresAt, sessionUid: name });
      unit.records.save('interaction', name, { payload: {}, expiresAt });
      unit.records.save('authorizationCode', name, { payload: {}, expiresAt });
      unit.records.save('accessToken', name, { payload: {}, expiresAt });
      unit.records.save('grant', name, { payload: {}, expiresAt });
      unit.logins.open({ token: name, interaction: 'i', connectorId: 'corp', memo: null, expiresAt });
      const arrival = { method: 'GET' as const, params: new URLSearchParams(), headers: {} };
      unit.logins.saveArrival({ handle: name, loginToken: name, arrival }, 3);
      unit.offlineSessions.open(
        sampleOfflineSession(place.clock, { id: Buffer.from(name), grantId: name, expiresAt }),
      );
      unit.upstreamSessions.keep({ id: name, state: null, expiresAt });
      await unit.commit('success');
      await place.store.rateLimits.take(name, { tries: 1, window: seconds });
      await place.store.replayGuards.once(name, expiresAt);
      await place.store.tries.open({
        id: name,
        token: name,
        tokenParam: 'state',
        connectorId: 'corp',
        connectorName: 'Corp',
        code: 'ABCD-EFGH',
        departure: { method: 'GET', url: new URL('https://idp.example') },
        expiresAt,
      });
    };
    await expiring('soon', 10);
    await expiring('later', 11);
    expect(await place.store.removeExpired(never)).toBe(0);
    place.clock.pass(10);
    expect(await place.store.removeExpired(never)).toBe(12);
    expect(await place.store.unit().offlineSessions.find(Buffer.from('later'))).not.toBeNull();
    expect((await place.store.unit().logins.findArrival('later'))?.login.token).toBe('later');
    place.clock.pass(1);
    expect(await place.store.removeExpired(never)).toBe(12);
  });

  test('every table with an end is cleared', async () => {
    const rows = await place.sql<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.columns WHERE column_name = 'expires_at' ORDER BY 1",
    );
    expect(rows.map((row) => row.name)).toEqual([
      'access_tokens',
      'arrivals',
      'authorization_codes',
      'grants',
      'interactions',
      'logins',
      'offline_sessions',
      'rate_limits',
      'replay_guards',
      'sessions',
      'tries',
      'upstream_sessions',
    ]);
  });

  const fill = (count: number) =>
    place.sql(
      `INSERT INTO access_tokens (id_hash, payload, expires_at)
       SELECT sha256(convert_to('${newKey()}' || n, 'UTF8')), '{}', $2 FROM generate_series(1, $1) n`,
      [count, place.clock.now()],
    );

  test('replicas share the work, and no row is counted twice', async () => {
    await fill(5_500);
    const stores = await Promise.all([place.another(), place.another(), place.another()]);
    const removed = await Promise.all(stores.map((store) => store.removeExpired(never)));
    const rest = await place.store.removeExpired(never);
    expect(removed.reduce((sum, each) => sum + each, rest)).toBe(5_500);
    expect(await place.sql('SELECT FROM access_tokens')).toHaveLength(0);
  });

  test('a row that somebody is using is left for the next run', async () => {
    await fill(2);
    const user = await holding(place, 'SELECT FROM access_tokens LIMIT 1 FOR UPDATE');
    expect(await place.store.removeExpired(never)).toBe(1);
    await user.letGo();
    expect(await place.store.removeExpired(never)).toBe(1);
  });

  test('an abort ends it', async () => {
    await fill(10);
    expect(await place.store.removeExpired(AbortSignal.abort())).toBe(0);
    expect(await place.store.removeExpired(never)).toBe(10);
  });
});
