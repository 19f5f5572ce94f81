import { randomBytes, randomUUID } from 'node:crypto';
import type { Identity, Json } from '@gatehouse/connector-kit';
import type { Gone, LocalUser, StoredIdentity } from '@gatehouse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holding, waiting } from '../../../../tests/support/locks.ts';
import { freshStore, type TestStore, versions } from '../../../../tests/support/store.ts';

const newSubject = () => randomBytes(16).toString('hex');
const simple: Identity<Json> = { upstreamId: '1', username: 'ann', groups: [], state: null };

describe.each(versions)('people on PostgreSQL %i', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version });
  });
  afterAll(() => place.close());

  const save = async (more: Partial<StoredIdentity> = {}): Promise<StoredIdentity> => {
    const stored: StoredIdentity = {
      subject: newSubject(),
      connectorId: 'corp',
      identity: simple,
      checkedAt: place.clock.now(),
      lastLoginAt: place.clock.now(),
      ...more,
    };
    const unit = place.store.unit();
    unit.identities.save(stored);
    await unit.commit('success');
    return stored;
  };
  const left = (): Gone => {
    const at = place.clock.now();
    return { since: at, at, until: place.clock.in(86_400), reason: 'left', proof: 'absent' };
  };
  const find = (subject: string) => place.store.unit().identities.find(subject);

  test('somebody with everything comes back as they were', async () => {
    const stored = await save({
      identity: {
        upstreamId: '9d0c-ü',
        username: 'ann',
        displayName: 'Ann "the {first}" O\'Hara, \\ 😀',
        email: { address: 'ann@example.com', verified: false },
        groups: ['cn=a,dc=b', 'with "quotes"', 'NULL', '', '{brace}', 'back\\slash', 'a,b'],
        authenticated: { at: new Date('2029-12-31T00:00:00.123Z'), acr: 'mfa', amr: ['pwd', 'otp'] },
        upstreamSession: 's-1',
        state: { dn: 'cn=a\0', token: ['x', { y: '\ud800' }] },
      },
      staleSince: new Date('2029-12-30T00:00:00Z'),
      gone: {
        since: new Date('2029-12-28T00:00:00Z'),
        at: new Date('2029-12-29T00:00:00Z'),
        until: new Date('2029-12-31T00:00:00Z'),
        reason: 'left',
        proof: 'stated',
      },
    });
    expect(await find(stored.subject)).toEqual(stored);
    expect(await place.store.identityChecks.read(stored.subject)).toEqual(stored);
  });

  test('somebody with the least comes back as they were', async () => {
    const stored = await save();
    expect(await find(stored.subject)).toEqual(stored);
    const vague = await save({ identity: { ...simple, authenticated: {} } });
    expect(await find(vague.subject)).toEqual(vague);
  });

  test('a new sign-in replaces all that was known, and what is missing is forgotten', async () => {
    const before = await save({
      identity: { ...simple, displayName: 'Old', email: { address: 'a@b', verified: true }, groups: ['old'] },
      gone: left(),
    });
    const after = await save({ subject: before.subject, identity: { ...simple, groups: ['new'] } });
    expect(await find(before.subject)).toEqual(after);
  });

  test('fifty thousand groups are kept whole', async () => {
    const groups = Array.from(
      { length: 50_000 },
      (_, number) => `cn=group ${number},ou=groups,dc=example,dc=com`,
    );
    const stored = await save({ identity: { ...simple, groups } });
    expect((await find(stored.subject))?.identity.groups).toEqual(groups);
  });

  test('nobody by that subject is null, whatever was asked', async () => {
    for (const subject of ['', 'x', '\0', '\ud800', "' OR true --"]) expect(await find(subject)).toBeNull();
  });

  // Attack: an upstream whose group "admins\0" would become "admins" once the NUL is dropped.
  test.each([
    ['username', { ...simple, username: 'root\0' }],
    ['groups', { ...simple, groups: ['ok', 'admins\0'] }],
    ['email', { ...simple, email: { address: 'a\0@b', verified: true } }],
    ['upstreamId', { ...simple, upstreamId: '\udfff1' }],
    ['amr', { ...simple, authenticated: { amr: ['\0'] } }],
  ])('a %s that PostgreSQL cannot hold is refused, never changed', (field, identity) => {
    const stored = {
      subject: newSubject(),
      connectorId: 'corp',
      identity,
      checkedAt: place.clock.now(),
      lastLoginAt: place.clock.now(),
    };
    expect(() => place.store.unit().identities.save(stored)).toThrow(
      expect.objectContaining({ code: 'bad_upstream_response', message: expect.stringContaining(field) }),
    );
  });

  test.each(['Ann\0', '\ud800'])(
    'the display name %j, which PostgreSQL cannot hold, is left out, and the person kept',
    async (displayName) => {
      const { subject } = await save({ identity: { ...simple, displayName } });
      expect((await find(subject))?.identity).toEqual(simple);
    },
  );

  test('of twenty who want to ask the upstream one may, and the next when that one is done or late', async () => {
    const { subject } = await save();
    const checks = (await place.another()).identityChecks;
    const claim = (number: number) =>
      (number % 2 ? checks : place.store.identityChecks).claim(subject, place.clock.in(30));
    const claims = await Promise.all(Array.from({ length: 20 }, (_, number) => claim(number)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await checks.record(subject, { status: 'unavailable', at: place.clock.now() });
    expect(await claim(0)).toBe(true);
    expect(await claim(1)).toBe(false);
    place.clock.pass(30);
    expect(await claim(1)).toBe(true);
    expect(await checks.claim('nobody', place.clock.in(30))).toBe(false);
  });

  test('what an upstream says replaces what it said before, and brings back who was gone', async () => {
    const stored = await save({
      gone: left(),
      staleSince: place.clock.now(),
    });
    const at = place.clock.pass(10);
    const identity = { ...simple, groups: ['new'], state: { rotated: 1 } };
    await place.store.identityChecks.record(stored.subject, { status: 'current', identity, at });
    const { gone: _, staleSince: __, ...rest } = stored;
    expect(await find(stored.subject)).toEqual({ ...rest, identity, checkedAt: at });
  });

  test('somebody who has left is kept, with when and why', async () => {
    const stored = await save({ staleSince: place.clock.now() });
    const at = place.clock.pass(10);
    const until = place.clock.in(86_400);
    const outcome = { status: 'gone', reason: 'dis\0abled', proof: 'stated', at, until } as const;
    await place.store.identityChecks.record(stored.subject, outcome);
    const gone = { since: at, at, until, reason: 'dis\uFFFDabled', proof: 'stated' };
    expect(await find(stored.subject)).toEqual({ ...stored, checkedAt: at, gone });
  });

  test('an upstream that is away marks the person stale since the first failure', async () => {
    const stored = await save();
    const first = place.clock.pass(10);
    for (const at of [first, place.clock.pass(10)]) {
      await place.store.identityChecks.record(stored.subject, { status: 'unavailable', at });
    }
    expect(await find(stored.subject)).toEqual({ ...stored, staleSince: first });
  });

  test.each([
    { status: 'current' as const, identity: { ...simple, groups: ['old'] } },
    { status: 'gone' as const, reason: 'left', proof: 'absent' as const, until: new Date(0) },
    { status: 'unavailable' as const },
  ])(
    'an outcome ($status) from before the last sign-in only gives the right to ask back',
    async (outcome) => {
      const at = place.clock.now();
      place.clock.pass(5);
      const stored = await save();
      expect(await place.store.identityChecks.claim(stored.subject, place.clock.in(30))).toBe(true);
      await place.store.identityChecks.record(stored.subject, { ...outcome, at });
      expect(await find(stored.subject)).toEqual(stored);
      expect(await place.store.identityChecks.claim(stored.subject, place.clock.in(30))).toBe(true);
    },
  );

  // A webhook says that somebody was removed while a refresh has the old answer in its hands.
  test('a doubt leaves the right to ask where it is, and outlives an answer to an older question', async () => {
    const { subject, identity } = await save();
    const checks = place.store.identityChecks;
    const asked = place.clock.now();
    expect(await checks.claim(subject, place.clock.in(30))).toBe(true);
    const doubted = place.clock.pass(1);
    await checks.doubt(subject, doubted);
    expect(await checks.claim(subject, place.clock.in(30))).toBe(false);
    await checks.record(subject, { status: 'current', identity, at: asked });
    expect(await find(subject)).toMatchObject({ staleSince: doubted });
    await checks.record(subject, { status: 'current', identity, at: place.clock.pass(1) });
    expect((await find(subject))?.staleSince).toBeUndefined();
  });

  // A group was renamed: a webhook says so, and of whom it is about nothing.
  test('a doubt about everybody is about the people of one connector, also twice at once', async () => {
    const [ann, bob] = [await save(), await save()];
    const stranger = await save({ connectorId: 'elsewhere' });
    const checks = place.store.identityChecks;
    const earlier = place.clock.pass(1);
    await checks.doubt(bob.subject, earlier);
    const doubted = place.clock.pass(1);
    const other = await place.another();
    await Promise.all([
      checks.doubtAll(ann.connectorId, doubted),
      other.identityChecks.doubtAll(ann.connectorId, doubted),
    ]);
    expect((await find(ann.subject))?.staleSince).toEqual(doubted);
    expect((await find(bob.subject))?.staleSince).toEqual(earlier);
    expect((await find(stranger.subject))?.staleSince).toBeUndefined();
  });

  // A large organisation: one statement about all of them would lock each for as long as it runs, and be cut off.
  test('a doubt about very many people is stored in parts', async () => {
    await place.sql(`
      INSERT INTO identities (subject, connector_id, upstream_id, username, groups, has_authenticated, state_sealed,
        checked_at, created_at, last_login_at)
      SELECT to_char(n, 'FM00000'), 'large', n, n, '{}', false, '', '2029-01-01', '2029-01-01', '2029-01-01'
      FROM generate_series(1, 2500) n`);
    const doubted = async () =>
      (await place.sql(`SELECT FROM identities WHERE connector_id = 'large' AND stale_since IS NOT NULL`))
        .length;
    const signIn = await holding(place, `SELECT FROM identities WHERE subject = '02200' FOR UPDATE`);
    const work = place.store.identityChecks.doubtAll('large', place.clock.now());
    await waiting(place, 1);
    expect(await doubted()).toBe(2000);
    await signIn.letGo();
    await work;
    expect(await doubted()).toBe(2500);
  });

  test('a doubt about who is gone outlives what was known of their leaving before', async () => {
    const { subject } = await save();
    const checks = place.store.identityChecks;
    const at = place.clock.pass(1);
    const gone = {
      status: 'gone',
      reason: 'left',
      proof: 'stated',
      at,
      until: place.clock.in(3600),
    } as const;
    await checks.record(subject, gone);
    const doubted = place.clock.pass(1);
    await checks.doubt(subject, doubted);
    await checks.record(subject, gone);
    expect(await find(subject)).toMatchObject({ staleSince: doubted, gone: { reason: 'left' } });
    const askedAgain = place.clock.pass(1);
    await checks.record(subject, { ...gone, at: askedAgain });
    expect((await find(subject))?.gone?.at).toEqual(askedAgain);
  });

  test('a rotated upstream token is kept at once, past what a unit remembers', async () => {
    const { subject } = await save();
    const unit = place.store.unit();
    await unit.identities.find(subject);
    await place.store.identityChecks.saveState(subject, { refresh: 'second' });
    expect((await place.store.identityChecks.read(subject))?.identity.state).toEqual({ refresh: 'second' });
    expect((await unit.identities.find(subject))?.identity.state).toBeNull();
  });

  // Attack: somebody who can write to the database gives a person the sealed state of another.
  test('a sealed state that was moved to another person does not open', async () => {
    const [one, two] = [await save(), await save()];
    await place.sql(
      'UPDATE identities SET state_sealed = (SELECT state_sealed FROM identities WHERE subject = $1) WHERE subject = $2',
      [one.subject, two.subject],
    );
    await expect(find(two.subject)).rejects.toMatchObject({ name: 'SealBroken' });
    await place.sql('DELETE FROM identities WHERE subject = $1', [two.subject]);
  });

  const newUser = (more: Partial<LocalUser> = {}): LocalUser => ({
    id: randomUUID(),
    email: `${newSubject()}@example.com`,
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    groups: ['admins', 'with, comma'],
    ...more,
  });

  test('an account is added once, found by address and id, changed, listed and removed', async () => {
    const { users } = place.store;
    const user = newUser({ name: 'Ann' });
    const plain = newUser();
    expect(await users.add(user)).toBe(true);
    expect(await users.add(plain)).toBe(true);
    expect(await users.add(newUser({ email: user.email }))).toBe(false);
    expect(await users.findByEmail(user.email)).toEqual(user);
    expect(await users.findById(user.id)).toEqual(user);
    expect(await users.setPasswordHash(user.email, '$2b$10$other')).toBe(true);
    expect(await users.list()).toEqual(
      [{ ...user, passwordHash: '$2b$10$other' }, plain].sort((a, b) => (a.email < b.email ? -1 : 1)),
    );
    expect(await users.remove(user.email)).toBe(true);
    expect(await users.remove(user.email)).toBe(false);
    expect(await users.setPasswordHash(user.email, 'x')).toBe(false);
    expect(await users.findById(user.id)).toBeNull();
  });

  test('of twenty who add the same address one does', async () => {
    const email = `${newSubject()}@example.com`;
    const added = await Promise.all(
      Array.from({ length: 20 }, () => place.store.users.add(newUser({ email }))),
    );
    expect(added.filter(Boolean)).toHaveLength(1);
  });

  // Attack: strange bytes in the login form, to see a server error instead of the usual page.
  test('an address that cannot exist is nobody', async () => {
    const { users } = place.store;
    for (const email of ['\0', 'ann\ud800@example.com', '', `${'x'.repeat(100_000)}`, "' OR ''='"]) {
      expect(await users.findByEmail(email)).toBeNull();
      expect(await users.findById(email)).toBeNull();
      expect(await users.remove(email)).toBe(false);
      expect(await users.setPasswordHash(email, 'x')).toBe(false);
    }
  });
});
