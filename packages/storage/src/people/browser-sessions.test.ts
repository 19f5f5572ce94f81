import { randomUUID } from 'node:crypto';
import { subjectOf } from '@gatehouse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshStore, newId, type TestStore, versions } from '../../../../tests/support/store.ts';

describe.each(versions)('the end of browser sessions on PostgreSQL %i', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version });
  });
  afterAll(() => place.close());

  const alive = async (id: string) => (await place.store.unit().records.find('session', id)) !== null;

  /** Somebody who is known, in one browser for each session of the upstream; undefined where it named none. */
  async function signedIn(connectorId: string, ...upstreamSessions: readonly (string | undefined)[]) {
    const upstreamId = randomUUID();
    const subject = subjectOf(connectorId, upstreamId);
    const unit = place.store.unit();
    const now = place.clock.now();
    const identity = { upstreamId, username: 'ann', groups: [], state: null };
    unit.identities.save({ subject, connectorId, identity, checkedAt: now, lastLoginAt: now });
    const ids = upstreamSessions.map((upstreamSession) => {
      const id = newId();
      unit.records.save('session', id, {
        payload: {},
        expiresAt: place.clock.in(60),
        subject,
        sessionUid: randomUUID(),
        ...(upstreamSession !== undefined && { upstreamSession }),
      });
      return id;
    });
    await unit.commit('success');
    const living = () => Promise.all(ids.map(alive));
    return { subject, ids, living };
  }

  const end = (which: Parameters<typeof place.store.browserSessions.end>[0]) =>
    place.store.browserSessions.end(which);

  test("of some people takes all of theirs, and nobody else's", async () => {
    const [ann, bob, eve] = [
      await signedIn('a', 's1', undefined),
      await signedIn('a', 's1'),
      await signedIn('a', 's1'),
    ];
    expect(await end({ connectorId: 'a', subjects: [ann.subject, bob.subject] })).toBe(3);
    expect([await ann.living(), await bob.living(), await eve.living()]).toEqual([
      [false, false],
      [false],
      [true],
    ]);
  });

  test('of one session of the upstream takes what began with it', async () => {
    const ann = await signedIn('b', 'laptop', 'phone', 'laptop');
    expect(await end({ connectorId: 'b', subjects: [ann.subject], upstreamSessions: ['laptop'] })).toBe(2);
    expect(await ann.living()).toEqual([false, true, false]);
  });

  test('takes a session of the person with which it is not known what it began', async () => {
    const ann = await signedIn('b', undefined, 'phone');
    await end({ connectorId: 'b', subjects: [ann.subject], upstreamSessions: ['laptop'] });
    expect(await ann.living()).toEqual([false, true]);
  });

  test('takes along what would end the session of the upstream, of the ended ones alone', async () => {
    const ann = await signedIn('c', 'laptop', 'phone');
    const states = await Promise.all(
      ann.ids.map(async (id) => {
        const unit = place.store.unit();
        const session = await unit.records.find('session', id);
        const upstreamStateId = randomUUID();
        unit.upstreamSessions.keep({ id: upstreamStateId, state: 'x', expiresAt: place.clock.in(60) });
        if (session) unit.records.save('session', id, { ...session, payload: { upstreamStateId } });
        await unit.commit('success');
        return upstreamStateId;
      }),
    );
    const kept = () => Promise.all(states.map((id) => place.store.unit().upstreamSessions.find(id)));
    await end({ connectorId: 'c', subjects: [], upstreamSessions: ['laptop'] });
    expect(await kept()).toEqual([null, 'x']);
    await end({ connectorId: 'c', subjects: [ann.subject] });
    expect(await kept()).toEqual([null, null]);
  });

  // Attack: an upstream signs people of another one out by naming that one's sessions.
  test('that names no person is confined to its own connector', async () => {
    const [ann, bob, eve] = [
      await signedIn('c', 'same', undefined),
      await signedIn('d', 'same'),
      await signedIn('c', 'other'),
    ];
    expect(await end({ connectorId: 'c', subjects: [], upstreamSessions: ['same'] })).toBe(1);
    expect([await ann.living(), await bob.living(), await eve.living()]).toEqual([
      [false, true],
      [true],
      [true],
    ]);
  });

  test.each([
    { subjects: [] },
    { subjects: [], upstreamSessions: [] },
    { subjects: ['nobody'] },
    { subjects: ['\0'], upstreamSessions: ['\0'] },
    { subjects: [], upstreamSessions: ['\ud800', '\0'] },
  ])('of nobody ends nothing, and is no fault: %j', async (which) => {
    const ann = await signedIn('e', 's1', undefined);
    expect(await end({ connectorId: 'e', ...which })).toBe(0);
    expect(await ann.living()).toEqual([true, true]);
  });

  test('is not undone by a request that had read the session before', async () => {
    const { subject, ids, living } = await signedIn('f', 's1');
    const slow = place.store.unit();
    const read = await slow.records.find('session', ids[0] ?? '');
    await end({ connectorId: 'f', subjects: [subject] });
    if (read) slow.records.save('session', ids[0] ?? '', { ...read, payload: { later: true } });
    await slow.commit('success');
    expect(await living()).toEqual([false]);
  });

  test('knows a session by its last sign-in: a new one in the same browser takes its place', async () => {
    const { subject, ids } = await signedIn('g', 'before');
    const unit = place.store.unit();
    const read = await unit.records.find('session', ids[0] ?? '');
    const after = newId();
    unit.records.destroy('session', ids[0] ?? '');
    if (read) unit.records.save('session', after, { ...read, upstreamSession: 'after' });
    await unit.commit('success');
    expect(await end({ connectorId: 'g', subjects: [subject], upstreamSessions: ['before'] })).toBe(0);
    expect(await place.store.unit().records.find('session', after)).toMatchObject({
      upstreamSession: 'after',
    });
    expect(await end({ connectorId: 'g', subjects: [subject], upstreamSessions: ['after'] })).toBe(1);
  });
});
