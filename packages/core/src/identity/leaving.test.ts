import { ConnectorError } from '@gatehouse/connector-kit';
import { describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../ports/unit.ts';
import { sampleIdentity, sampleStored } from '../testing/samples.ts';
import { stillHere, throwing, UpstreamHouse } from '../testing/upstream-house.ts';

const upstreamCheck = 300;
const upstreamGrace = 3600;
const stored = sampleStored();

describe('somebody who is gone', () => {
  const day = 86_400;
  const goneHouse = async (proof?: 'stated' | 'absent') => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = async () => ({ status: 'gone', reason: 'left', ...(proof && { proof }) });
    await house.check();
    return house;
  };

  test('is told to come back when the upstream would be asked again, and not too soon', async () => {
    const house = await goneHouse();
    expect(await house.check()).toMatchObject({ retryAfter: upstreamCheck });
    house.pass(upstreamCheck - 1);
    expect(await house.check()).toMatchObject({ retryAfter: 30 });
  });

  test('is suspended since the first time, however often they are asked for', async () => {
    const house = await goneHouse();
    const since = house.now();
    for (let times = 0; times < 3; times += 1) {
      house.pass(upstreamCheck);
      await house.check();
    }
    expect(house.asked).toBe(4);
    const until = new Date(since.getTime() + day * 1000);
    expect(house.row.gone).toMatchObject({ since, at: house.now(), until });
  });

  test('and comes back a moment before the suspension ends needs no new sign-in', async () => {
    const house = await goneHouse('stated');
    house.pass(day - 1);
    house.upstream = stillHere;
    expect(await house.check()).toMatchObject({ status: 'current' });
    house.pass(day);
    expect(await house.check()).toMatchObject({ status: 'current' });
  });

  test('when the suspension ends is ended for good, without a question', async () => {
    const house = await goneHouse();
    house.pass(day);
    house.upstream = stillHere;
    expect(await house.check()).toEqual({ status: 'gone', reason: 'left' });
    expect(house.asked).toBe(1);
    expect(house.checks.rows.size).toBe(0);
  });

  test('is still suspended where the store does not end them yet, and may come back', async () => {
    const house = await goneHouse();
    house.pass(day);
    house.checks.end = async () => false;
    expect(await house.check()).toMatchObject({ status: 'suspended' });
    house.pass(upstreamCheck);
    house.upstream = stillHere;
    expect(await house.check()).toMatchObject({ status: 'current' });
  });

  test('where there is no suspension is ended at once', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.lifetimes.goneSuspension = 0;
    house.upstream = async () => ({ status: 'gone', reason: 'left' });
    expect(await house.check()).toEqual({ status: 'gone', reason: 'left' });
    expect(house.checks.rows.size).toBe(0);
  });
});

describe('an absence', () => {
  const absent = async () => ({ status: 'gone', reason: 'not found' }) as const;

  test('that does not count leaves the person stale, and then unavailable, and never gone', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = absent;
    house.absencesCount = async () => false;
    const staleSince = house.now();
    expect(await house.check()).toEqual({ status: 'stale', stored: { ...stored, staleSince } });
    house.pass(upstreamGrace);
    expect(await house.check()).toMatchObject({ status: 'unavailable' });
    expect(house.row.gone).toBeUndefined();
    house.absencesCount = async () => true;
    expect(await house.check()).toMatchObject({ status: 'suspended' });
  });

  test('is what a connector means that does not say what its proof is', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = absent;
    await house.check();
    expect(house.judged).toBe(1);
  });

  test('is that the upstream answers for another person: a directory that was set up anew does', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = async () => ({ status: 'current', identity: sampleIdentity({ upstreamId: '666' }) });
    house.absencesCount = async () => false;
    expect(await house.check()).toMatchObject({ status: 'stale', stored: { identity: stored.identity } });
  });

  // The attack: an account is disabled, and its owner hopes for a moment when absences do not count.
  test('is not what the upstream states of this person, and a no of the connector is a statement', async () => {
    for (const ask of [
      async () => ({ status: 'gone', reason: 'disabled', proof: 'stated' }) as const,
      throwing(new ConnectorError('denied', { reason: 'disabled' })),
    ]) {
      const house = new UpstreamHouse(stored, upstreamCheck);
      house.absencesCount = async () => false;
      house.upstream = ask;
      expect(await house.check()).toMatchObject({ status: 'suspended', reason: 'disabled' });
    }
  });

  test('that nobody can judge, because the database is down, is none', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = absent;
    house.absencesCount = () => Promise.reject(new StoreUnavailable('down'));
    await expect(house.check()).rejects.toThrow(StoreUnavailable);
    expect(house.row).toEqual(stored);
  });

  test('of somebody who is suspended is no news: they stay so', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = absent;
    await house.check();
    house.absencesCount = async () => false;
    house.pass(upstreamCheck);
    expect(await house.check()).toMatchObject({ status: 'suspended' });
    expect(house.judged).toBe(1);
  });
});
