import { randomBytes } from 'node:crypto';
import type { Store, StoredIdentity } from '@gatehouse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holding, waiting } from '../../../../tests/support/locks.ts';
import {
  freshStore,
  newId,
  sampleOfflineSession,
  type TestStore,
  versions,
} from '../../../../tests/support/store.ts';

const day = 86_400;
const never = new AbortController().signal;

describe.each(versions)('the end of a suspension on PostgreSQL %i', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version });
  });
  afterAll(() => place.close());

  interface Person {
    readonly subject: string;
    readonly offline: Uint8Array;
    readonly session: string;
    readonly grant: string;
  }

  const identityOf = (subject: string, connectorId = 'corp'): StoredIdentity => ({
    ...{ subject, connectorId, checkedAt: place.clock.now(), lastLoginAt: place.clock.now() },
    identity: { upstreamId: subject, username: subject, groups: [], state: null },
  });

  /** Somebody with a browser and a laptop. */
  const signedIn = async (subject = newId(), connectorId = 'corp'): Promise<Person> => {
    const person = { subject, offline: randomBytes(32), session: newId(), grant: newId() };
    const expiresAt = place.clock.in(30 * day);
    const unit = place.store.unit();
    unit.identities.save(identityOf(subject, connectorId));
    const payload = { upstreamStateId: person.session };
    unit.upstreamSessions.keep({ id: person.session, state: 'x', expiresAt });
    unit.records.save('session', person.session, { payload, expiresAt, subject, sessionUid: newId() });
    unit.records.save('grant', person.grant, { payload: {}, expiresAt, subject });
    unit.offlineSessions.open(
      sampleOfflineSession(place.clock, { id: person.offline, grantId: person.grant, subject, expiresAt }),
    );
    await unit.commit('success');
    return person;
  };
  const leaves = ({ subject }: Person, proof: 'stated' | 'absent' = 'absent') =>
    place.store.identityChecks.record(subject, {
      ...{ status: 'gone', reason: 'left', proof },
      ...{ at: place.clock.now(), until: place.clock.in(day) },
    });
  const left = async (subject?: string, connectorId?: string): Promise<Person> => {
    const person = await signedIn(subject, connectorId);
    await leaves(person);
    return person;
  };
  const look = async ({ subject, offline, session, grant }: Person) => {
    const unit = place.store.unit();
    return {
      identity: (await unit.identities.find(subject)) !== null,
      session: (await unit.records.find('session', session)) !== null,
      upstream: (await unit.upstreamSessions.find(session)) !== null,
      grant: (await unit.records.find('grant', grant)) !== null,
      offline: (await unit.offlineSessions.find(offline))?.ended?.reason ?? 'lives',
    };
  };
  const alive = { identity: true, session: true, upstream: true, grant: true, offline: 'lives' };
  const ended = { identity: false, session: false, upstream: false, grant: false, offline: 'gone' };

  test('ends everything of whoever has been gone for all of it, and nothing of others', async () => {
    const [gone, here] = [await left(), await signedIn()];
    place.clock.pass(1);
    const later = await left();
    place.clock.pass(day - 2);
    expect(await place.store.endGone(never)).toEqual([]);
    place.clock.pass(1);
    expect(await place.store.endGone(never)).toEqual([{ subject: gone.subject, connectorId: 'corp' }]);
    expect(await look(gone)).toEqual(ended);
    expect([await look(later), await look(here)]).toEqual([alive, alive]);
    place.clock.pass(1);
    expect(await place.store.endGone(never)).toHaveLength(1);
  });

  test('counts from the first time that the person was gone', async () => {
    const person = await left();
    place.clock.pass(day / 2);
    await leaves(person);
    expect((await place.store.identityChecks.read(person.subject))?.gone).toMatchObject({
      since: place.clock.in(-day / 2),
      at: place.clock.now(),
      until: place.clock.in(day / 2),
    });
    place.clock.pass(day / 2);
    expect(await place.store.endGone(never)).toHaveLength(1);
  });

  test('does not come for who is back in time, nor for who has signed in again', async () => {
    const [back, again] = [await left(), await left()];
    place.clock.pass(day - 1);
    const { identity } = identityOf(back.subject);
    const outcome = { status: 'current', identity, at: place.clock.now() } as const;
    await place.store.identityChecks.record(back.subject, outcome);
    await signedIn(again.subject);
    place.clock.pass(day);
    expect(await place.store.endGone(never)).toEqual([]);
    expect([await look(back), await look(again)]).toEqual([alive, alive]);
    await leaves(back);
    place.clock.pass(1);
    expect(await place.store.endGone(never)).toEqual([]);
  });

  test('comes when a token is used, if nobody has carried it out before', async () => {
    const [person, other] = [await left(), await left()];
    const { identityChecks } = place.store;
    place.clock.pass(day - 1);
    expect(await identityChecks.end(person.subject)).toBe(false);
    place.clock.pass(1);
    expect(await identityChecks.end(person.subject)).toBe(true);
    expect(await identityChecks.end(person.subject)).toBe(false);
    expect([await look(person), await look(other)]).toEqual([ended, alive]);
    const rest = await place.store.endGone(never);
    expect(rest).toContainEqual({ subject: other.subject, connectorId: 'corp' });
  });

  // Attack: a stolen refresh token is kept until its owner, who was away for a year, signs in again.
  test('is not undone by a sign-in that comes before anybody has carried it out', async () => {
    const person = await left();
    place.clock.pass(day);
    const again = await signedIn(person.subject);
    expect((await look(person)).offline).toBe('gone');
    expect(await look(again)).toEqual(alive);
    expect(await place.store.endGone(never)).toEqual([]);
  });

  test('waits while the brake is on for who is merely absent', async () => {
    const connectorId = newId();
    const [absent, stated] = [await left(undefined, connectorId), await signedIn(undefined, connectorId)];
    await leaves(stated, 'stated');
    place.clock.pass(day);
    await place.store.absenceBrakes.speak(connectorId, { kind: 'held', by: 'root', seconds: 600 });
    expect(await place.store.identityChecks.end(absent.subject)).toBe(false);
    expect(await place.store.endGone(never)).toEqual([{ subject: stated.subject, connectorId }]);
    await place.store.absenceBrakes.release(connectorId);
    await place.store.absenceBrakes.close(connectorId);
    expect(await place.store.endGone(never)).toEqual([]);
    await place.store.absenceBrakes.open(connectorId);
    expect(await place.store.endGone(never)).toEqual([{ subject: absent.subject, connectorId }]);
  });

  test('is shared by replicas, and each person is ended once', async () => {
    const all = await Promise.all(Array.from({ length: 250 }, () => left()));
    place.clock.pass(day);
    const stores: readonly Store[] = [place.store, await place.another(), await place.another()];
    const ends = (await Promise.all(stores.map((store) => store.endGone(never)))).flat();
    const rest = await place.store.endGone(never);
    const subjects = [...ends, ...rest].map(({ subject }) => subject);
    expect(subjects.sort()).toEqual(all.map(({ subject }) => subject).sort());
  });

  test('leaves alone who is signing in at that very moment', async () => {
    const person = await left();
    place.clock.pass(day);
    const browser = await holding(
      place,
      `SELECT FROM identities WHERE subject = '${person.subject}' FOR UPDATE`,
    );
    expect(await place.store.endGone(never)).toEqual([]);
    await browser.letGo();
    const sessions = await holding(
      place,
      `SELECT FROM sessions WHERE subject = '${person.subject}' FOR UPDATE`,
    );
    const end = place.store.endGone(never);
    await waiting(place, 1);
    const again = signedIn(person.subject);
    await waiting(place, 2);
    await sessions.letGo();
    expect(await end).toHaveLength(1);
    expect(await look(await again)).toEqual(alive);
    expect((await look(person)).offline).toBe('gone');
  });

  test('comes for everybody in one round, however many they are', async () => {
    await Promise.all(Array.from({ length: 201 }, () => left()));
    place.clock.pass(day);
    expect(await place.store.endGone(never)).toHaveLength(201);
  });

  test('does not begin after an abort', async () => {
    await left();
    place.clock.pass(day);
    expect(await place.store.endGone(AbortSignal.abort())).toEqual([]);
    expect(await place.store.endGone(never)).toHaveLength(1);
  });

  // While an older version runs beside this one, it knows `gone_at` and `gone_reason` only.
  test('is a day away for whom an older version has suspended, and never for whom it has brought back', async () => {
    const [gone, back] = [await signedIn(), await left()];
    await place.sql("UPDATE identities SET gone_at = $2, gone_reason = 'left' WHERE subject = $1", [
      gone.subject,
      place.clock.now(),
    ]);
    await place.sql('UPDATE identities SET gone_at = NULL, gone_reason = NULL WHERE subject = $1', [
      back.subject,
    ]);
    const stored = await place.store.identityChecks.read(gone.subject);
    const [since, until] = [place.clock.now(), place.clock.in(day)];
    expect(stored?.gone).toEqual({ since, at: since, until, reason: 'left', proof: 'absent' });
    expect((await place.store.identityChecks.read(back.subject))?.gone).toBeUndefined();
    place.clock.pass(2 * day);
    expect(await place.store.endGone(never)).toEqual([]);
    await leaves(back);
    const again = (await place.store.identityChecks.read(back.subject))?.gone;
    expect(again).toMatchObject({ since: place.clock.now(), until: place.clock.in(day) });
  });
});
