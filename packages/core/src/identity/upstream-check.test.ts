import { ConnectorError, type Json, type Refreshed } from '@gatehouse/connector-kit';
import { describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../ports/unit.ts';
import { sampleIdentity, sampleStored } from '../testing/samples.ts';
import { stillHere, throwing, UpstreamHouse } from '../testing/upstream-house.ts';
import { callDeadline } from './upstream-check.ts';

const upstreamCheck = 300;
const upstreamGrace = 3600;
const stored = sampleStored();
const { subject } = stored;
const patient = new AbortController().signal;

describe('an identity that is young', () => {
  test('is not asked about', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck - 1);
    expect(await house.check()).toEqual({ status: 'current', stored });
    expect(house.asked).toBe(0);
  });

  test('that was gone a moment ago is still gone', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = async () => ({ status: 'gone', reason: 'left' });
    await house.check();
    house.pass(upstreamCheck - 1);
    expect(await house.check()).toMatchObject({ status: 'suspended', reason: 'left' });
    expect(house.asked).toBe(1);
  });
});

// Attack, or a fault: the clock of a replica was a day ahead, and whoever it asked for is not asked for all that day.
describe('an identity that was confirmed in the future', () => {
  test('by as much as clocks may differ is young', async () => {
    const house = new UpstreamHouse(stored, 1 - upstreamCheck);
    expect(await house.check()).toMatchObject({ status: 'current' });
    expect(house.asked).toBe(0);
  });

  test('by more is asked about, and who has left gets nothing', async () => {
    const house = new UpstreamHouse(stored, -86_400);
    house.upstream = async () => ({ status: 'gone', reason: 'left', proof: 'stated' });
    expect(await house.check()).toMatchObject({ status: 'suspended', reason: 'left' });
    expect(await house.check()).toMatchObject({ status: 'suspended', reason: 'left' });
    expect(house.asked).toBe(2);
  });
});

describe('an identity that is old', () => {
  test('is asked about, and the answer is stored at once', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = async () => ({ status: 'current', identity: sampleIdentity({ groups: ['new'] }) });
    const expected = { ...stored, identity: sampleIdentity({ groups: ['new'] }), checkedAt: house.now() };
    expect(await house.check()).toEqual({ status: 'current', stored: expected });
    expect(house.row).toEqual(expected);
  });

  test('may be gone, and may come back', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = async () => ({ status: 'gone', reason: 'left' });
    expect(await house.check()).toMatchObject({ status: 'suspended', reason: 'left' });
    const [at, until] = [house.now(), new Date(house.now().getTime() + 86_400_000)];
    expect(house.row.gone).toEqual({ since: at, at, until, reason: 'left', proof: 'absent' });
    house.pass(upstreamCheck);
    house.upstream = stillHere;
    expect(await house.check()).toMatchObject({ status: 'current' });
    expect(house.row.gone).toBeUndefined();
  });

  // The attack: an account is deleted and its name given to somebody else, with the first one's token still out.
  test('is gone when the upstream answers for another person, whose data is never stored', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = async () => ({ status: 'current', identity: sampleIdentity({ upstreamId: '666' }) });
    expect(await house.check()).toMatchObject({
      status: 'suspended',
      reason: 'the upstream answered for another person',
    });
    expect(house.row.identity).toEqual(stored.identity);
    expect(house.log.lines).toContainEqual(expect.objectContaining({ level: 'error' }));
  });

  test('that is no longer stored is gone', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.checks.rows.clear();
    expect(await house.check()).toMatchObject({ status: 'gone' });
    expect(house.asked).toBe(0);
  });

  test('says which groups are dropped, when they come', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = async () => ({
      status: 'current',
      identity: sampleIdentity({ groups: ['system:masters'] }),
    });
    await house.check();
    expect(house.log.lines).toEqual([expect.objectContaining({ level: 'warn', message: 'groups dropped' })]);
  });
});

describe('a connector', () => {
  test('that has left the configuration takes its people along, and brings them back', async () => {
    const house = new UpstreamHouse(stored, 0);
    house.configured = false;
    expect(await house.check()).toMatchObject({ status: 'gone' });
    expect(house.row).toEqual(stored);
    house.configured = true;
    expect(await house.check()).toMatchObject({ status: 'current' });
  });

  test('that cannot be asked again leaves people as they signed in', async () => {
    const house = new UpstreamHouse(stored, 1_000_000);
    house.refreshable = false;
    expect(await house.check()).toEqual({ status: 'current', stored });
  });

  test('keeps its own this', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    expect(await house.check()).toMatchObject({ status: 'current' });
    expect(house.asked).toBe(1);
  });

  test.each(['denied', 'not_allowed'] as const)('that throws %s has said no', async (code) => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = throwing(new ConnectorError(code, { reason: 'locked' }));
    expect(await house.check()).toMatchObject({ status: 'suspended', reason: 'locked' });
    expect(house.row.gone?.reason).toBe('locked');
  });

  test.each([
    [new ConnectorError('unavailable', { reason: 'refused' }), 'error'],
    [new ConnectorError('bad_response', { reason: 'nonsense' }), 'warn'],
    [new ConnectorError('misconfigured', { reason: 'wrong base' }), 'error'],
    [new TypeError('a fault of the connector'), 'error'],
    [new DOMException('too late', 'TimeoutError'), 'error'],
  ])('that throws %s has not said no: the identity is stale', async (error, level) => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = throwing(error);
    expect(await house.check()).toEqual({ status: 'stale', stored: { ...stored, staleSince: house.now() } });
    expect(house.row.gone).toBeUndefined();
    expect(house.log.lines).toEqual([expect.objectContaining({ level, message: 'upstream check failed' })]);
  });

  test('that throws before it returns a promise is no different', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = () => {
      throw new Error('at once');
    };
    expect(await house.check()).toMatchObject({ status: 'stale' });
    expect(await house.checks.claim(subject, house.now())).toBe(true);
  });

  test('has its rotated token stored before anything else can fail', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = async (_, call) => {
      await call.saveState('rotated');
      throw new Error('the power goes');
    };
    await house.check();
    expect(house.row.identity.state).toBe('rotated');
  });
});

describe('an upstream that is away', () => {
  const away = throwing(new ConnectorError('unavailable', { reason: 'down', retryAfter: 7 }));

  test('leaves people stale for the grace, counted from the first failure, and then unavailable', async () => {
    const house = new UpstreamHouse(stored, 1_000_000);
    house.upstream = away;
    const since = house.now();
    expect(await house.check()).toMatchObject({ status: 'stale', stored: { staleSince: since } });
    house.pass(upstreamGrace - 1);
    expect(await house.check()).toMatchObject({ status: 'stale', stored: { staleSince: since } });
    house.pass(1);
    expect(await house.check()).toEqual({ status: 'unavailable', retryAfter: 7 });
    house.upstream = stillHere;
    expect(await house.check()).toMatchObject({ status: 'current' });
    expect(house.row.staleSince).toBeUndefined();
  });

  // The attack: somebody who was dismissed waits for the directory's maintenance window.
  test('does not bring back who was gone', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.upstream = async () => ({ status: 'gone', reason: 'left' });
    await house.check();
    house.pass(upstreamCheck);
    house.upstream = away;
    expect(await house.check()).toMatchObject({ status: 'suspended', reason: 'left' });
  });

  test('and never answers is given up at the deadline, but a token that it rotates later is kept', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    const late = Promise.withResolvers<void>();
    const saved = Promise.withResolvers<void>();
    house.upstream = async (_, call) => {
      await late.promise;
      await call.saveState('rotated').then(saved.resolve);
      return new Promise(() => {});
    };
    house.deadline = () => AbortSignal.abort(new DOMException('too late', 'TimeoutError'));
    expect(await house.check()).toMatchObject({ status: 'stale' });
    late.resolve();
    await saved.promise;
    expect(house.row.identity.state).toBe('rotated');
  });

  test('is told about the deadline', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    const { promise, resolve } = Promise.withResolvers<AbortSignal>();
    house.upstream = async (identity, call) => {
      resolve(call.signal);
      return { status: 'current', identity };
    };
    await house.check();
    expect((await promise).aborted).toBe(false);
  });
});

test('who is stale is asked for, however young their last word is', async () => {
  const house = new UpstreamHouse({ ...stored, staleSince: stored.checkedAt }, 1);
  expect(await house.check()).toMatchObject({ status: 'current' });
  expect(house.asked).toBe(1);
});

describe('many refreshes of one person at once', () => {
  test('ask once in one process', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    const all = await Promise.all(Array.from({ length: 20 }, () => house.check()));
    expect(house.asked).toBe(1);
    expect(house.slept).toBe(0);
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['current']));
  });

  test('ask once over several replicas, also where every refresh asks', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    house.lifetimes.upstreamCheck = 0;
    const answer = Promise.withResolvers<void>();
    house.upstream = async () => {
      await answer.promise;
      return { status: 'current', identity: sampleIdentity({ groups: ['new'] }) };
    };
    house.onSleep = () => answer.resolve();
    const replicas = Array.from({ length: 5 }, () => house.replica());
    const all = await Promise.all(replicas.map((replica) => replica.checkIdentity(stored, patient)));
    expect(house.asked).toBe(1);
    for (const checked of all) {
      expect(checked).toMatchObject({ status: 'current', stored: { identity: { groups: ['new'] } } });
    }
  });

  test.each([
    ['suspended', async (): Promise<Refreshed<Json>> => ({ status: 'gone', reason: 'left' })],
    ['stale', throwing(new ConnectorError('unavailable', { reason: 'down' }))],
  ] as const)('share the outcome %s', async (status, outcome) => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    const answer = Promise.withResolvers<void>();
    house.upstream = async (identity, call) => {
      await answer.promise;
      return outcome(identity, call);
    };
    house.onSleep = () => answer.resolve();
    const replicas = [house.replica(), house.replica()];
    const all = await Promise.all(replicas.map((replica) => replica.checkIdentity(stored, patient)));
    expect(all.map((checked) => checked.status)).toEqual([status, status]);
    expect(house.asked).toBe(1);
  });

  test('wait no longer than a question may take', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    await house.checks.claim(subject, new Date(8.64e15));
    expect(await house.check()).toMatchObject({ status: 'stale' });
    expect(house.slept).toBe(callDeadline);
    expect(house.asked).toBe(0);
    expect(house.row.staleSince).toBeUndefined();
  });

  test('take an outcome that is stored while yet another replica asks', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    await house.checks.claim(subject, new Date(8.64e15));
    const fresh = { ...stored, checkedAt: house.now() };
    house.onSleep = () => house.checks.rows.set(subject, fresh);
    expect(await house.check()).toEqual({ status: 'current', stored: fresh });
    expect(house.asked).toBe(0);
  });

  test('take over from a replica that was killed while it asked', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    await house.checks.claim(subject, new Date(house.now().getTime() + 3_000));
    expect(await house.check()).toMatchObject({ status: 'current' });
    expect(house.asked).toBe(1);
  });

  test('do not ask when another replica has just done so, and give the right to ask back', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    const fresh = { ...stored, checkedAt: house.now() };
    house.checks.rows.set(subject, fresh);
    const checked = await house.replica().checkIdentity(stored, patient);
    expect(checked).toEqual({ status: 'current', stored: fresh });
    expect(house.asked).toBe(0);
    expect(house.row).toEqual(fresh);
    expect(await house.checks.claim(subject, house.now())).toBe(true);
  });

  test('ask again after they have been answered', async () => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    await house.check();
    house.pass(upstreamCheck);
    await house.check();
    expect(house.asked).toBe(2);
  });
});

test('a person who goes away ends the waiting, not the question: others still get its answer', async () => {
  const house = new UpstreamHouse(stored, upstreamCheck);
  const answer = Promise.withResolvers<Refreshed<Json>>();
  house.upstream = () => answer.promise;
  const impatient = new AbortController();
  const replica = house.replica();
  const first = replica.checkIdentity(stored, impatient.signal);
  const second = replica.checkIdentity(stored, patient);
  impatient.abort();
  expect(await first).toMatchObject({ status: 'stale' });
  answer.resolve({ status: 'current', identity: sampleIdentity({ groups: ['new'] }) });
  expect(await second).toMatchObject({ status: 'current', stored: { identity: { groups: ['new'] } } });
  expect(house.asked).toBe(1);
});

test('an answer from before a new sign-in does not overwrite it', async () => {
  const house = new UpstreamHouse(stored, upstreamCheck);
  house.upstream = async () => {
    house.pass(1);
    const again = { ...stored, identity: sampleIdentity({ groups: ['signed in'] }), checkedAt: house.now() };
    house.checks.rows.set(subject, again);
    return { status: 'gone', reason: 'left' };
  };
  await house.check();
  expect(house.row).toMatchObject({ identity: { groups: ['signed in'] } });
  expect(house.row.gone).toBeUndefined();
});

test.each(['claim', 'read', 'record'] as const)(
  'a database that is down at %s is no upstream that is down',
  (call) => {
    const house = new UpstreamHouse(stored, upstreamCheck);
    Object.assign(house.checks, { [call]: () => Promise.reject(new StoreUnavailable('down')) });
    return expect(house.check()).rejects.toThrow(StoreUnavailable);
  },
);
