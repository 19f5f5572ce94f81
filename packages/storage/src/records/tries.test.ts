/** The port over PostgreSQL, and in the memory of one process: both are the same box. */
import { MemoryTries, type Tries, type TryOffer } from '@gatehouse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshStore, newId, type TestStore, versions } from '../../../../tests/support/store.ts';

const kinds = [...versions.map((version) => `PostgreSQL ${version}`), 'memory'];

describe.each(kinds)('tries in %s', (kind) => {
  let place: TestStore;
  let tries: Tries;
  beforeAll(async () => {
    const version = versions.find((each) => kind.endsWith(String(each)));
    place = await freshStore({ ...(version !== undefined && { version }) });
    tries = kind === 'memory' ? new MemoryTries(place.clock.now) : place.store.tries;
  });
  afterAll(() => place.close());

  const open = async (more: Partial<TryOffer> = {}): Promise<TryOffer> => {
    const offer: TryOffer = {
      id: newId(),
      token: newId(),
      tokenParam: 'state',
      connectorId: newId(),
      connectorName: 'Example \0',
      code: 'ABCD-EFGH',
      departure: { method: 'GET', url: new URL('https://idp.example/auth?x=1') },
      expiresAt: place.clock.in(600),
      ...more,
    };
    await tries.open(offer);
    return offer;
  };
  const arrival = {
    method: 'POST' as const,
    params: new URLSearchParams([
      ['a', '1'],
      ['a', '\0'],
    ]),
    headers: {},
  };
  const findings = { ok: true, title: 'x', lead: 'y', sections: [] };

  test('one is found as it was opened, by its id or its token, and by nothing else', async () => {
    const departure = { method: 'POST' as const, url: new URL('https://idp.example/'), fields: { a: 'b' } };
    const offer = await open({ departure });
    expect(await tries.find(offer.id)).toEqual({ offer, begun: 'no' });
    expect(await tries.findByToken(offer.token)).toEqual(offer);
    expect(await tries.find(offer.token)).toBeNull();
    expect(await tries.findByToken(offer.id)).toBeNull();
    expect(await tries.find('\0')).toBeNull();
  });

  test('the first browser has it, also when many come at once', async () => {
    const { id } = await open();
    const browsers = Array.from({ length: 10 }, () => newId());
    const begun = await Promise.all(browsers.map((browser) => tries.begin(id, browser)));
    expect(begun.filter((won) => won)).toHaveLength(1);
    const winner = browsers[begun.indexOf(true)] ?? '';
    expect((await tries.find(id, winner))?.begun).toBe('here');
    expect((await tries.find(id, 'another'))?.begun).toBe('elsewhere');
    expect((await tries.find(id))?.begun).toBe('elsewhere');
    expect(await tries.begin(id, winner)).toBe(true);
  });

  test('one answer is taken, from the browser that began, and forgotten with the findings', async () => {
    const { id, connectorId } = await open();
    expect(await tries.isExpected(connectorId)).toBe(false);
    expect(await tries.arrive(id, 'b', arrival)).toBe(false);
    await tries.begin(id, 'b');
    expect(await tries.isExpected(connectorId)).toBe(true);
    expect(await tries.arrive(id, 'c', arrival)).toBe(false);
    expect(await tries.arrive(id, 'b', arrival)).toBe(true);
    expect(await tries.arrive(id, 'b', arrival)).toBe(false);
    expect(await tries.isExpected(connectorId)).toBe(false);
    const found = await tries.find(id, 'b');
    expect(found?.arrival).toEqual(arrival);
    expect(await tries.begin(id, 'b')).toBe(false);
    await tries.conclude(id, findings);
    expect(await tries.find(id, 'b')).toMatchObject({ begun: 'here', findings });
    expect(await tries.find(id, 'b')).not.toHaveProperty('arrival');
    expect(await tries.arrive(id, 'b', arrival)).toBe(false);
  });

  test('what is closed or over is gone, and nothing brings it back', async () => {
    const closed = await open();
    await tries.close(closed.id);
    await tries.conclude(closed.id, findings);
    expect(await tries.find(closed.id)).toBeNull();
    const old = await open({ expiresAt: place.clock.in(5) });
    await tries.begin(old.id, 'b');
    place.clock.pass(5);
    expect(await tries.find(old.id, 'b')).toBeNull();
    expect(await tries.findByToken(old.token)).toBeNull();
    expect(await tries.begin(old.id, 'b')).toBe(false);
    expect(await tries.arrive(old.id, 'b', arrival)).toBe(false);
    expect(await tries.isExpected(old.connectorId)).toBe(false);
  });
});

test('an expired try is removed by the housekeeping, and a row holds nothing that can be read', async () => {
  const place = await freshStore({});
  try {
    const token = newId();
    await place.store.tries.open({
      id: newId(),
      token,
      tokenParam: 'state',
      connectorId: 'corp',
      connectorName: 'Example',
      code: 'ABCD-EFGH',
      departure: { method: 'GET', url: new URL(`https://idp.example/?state=${token}`) },
      expiresAt: place.clock.in(5),
    });
    const text = JSON.stringify(await place.sql('SELECT t::text FROM tries t'));
    expect(text).not.toContain(token);
    expect(text).not.toContain('ABCD');
    place.clock.pass(5);
    await place.store.removeExpired(new AbortController().signal);
    expect(await place.sql('SELECT FROM tries')).toHaveLength(0);
  } finally {
    await place.close();
  }
});
