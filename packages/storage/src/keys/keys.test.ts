import { randomBytes } from 'node:crypto';
import { openSeal, type SigningKey } from '@gatehouse/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freshDatabase } from '../../../../tests/support/postgres.ts';
import { freshStore, type TestStore, versions } from '../../../../tests/support/store.ts';
import { holdsSealedRows } from './seal-fits.ts';

const newSeal = () => openSeal([{ id: 'test', key: randomBytes(32) }]);

describe.each(versions)('keys on PostgreSQL %i', (version) => {
  let place: TestStore;
  beforeAll(async () => {
    place = await freshStore({ version });
  });
  beforeEach(() => place.sql('TRUNCATE secrets, signing_keys, identities'));
  afterAll(() => place.close());

  const newKey = (more: Partial<SigningKey> = {}): SigningKey => ({
    kid: randomBytes(32).toString('base64url'),
    algorithm: 'RS256',
    privateJwk: { kty: 'RSA', n: 'n', d: 'the private half' },
    createdAt: place.clock.now(),
    signsFrom: place.clock.in(60),
    ...more,
  });

  test('ten processes that start at once end up with the same secrets', async () => {
    const stores = await Promise.all(Array.from({ length: 10 }, () => place.another({ poolSize: 2 })));
    const [first, ...rest] = await Promise.all(stores.map((store) => store.secrets.ensure()));
    for (const other of rest) expect(other).toEqual(first);
    expect(first?.cookieKeys.map((key) => key.length)).toEqual([32]);
    expect(first?.refreshKeys.map((key) => key.length)).toEqual([32]);
    expect(first?.cookieKeys).not.toEqual(first?.refreshKeys);
    expect(await place.store.secrets.ensure()).toEqual(first);
    expect(await place.sql('SELECT FROM secrets')).toHaveLength(2);
  });

  test('a secret that is missing is made, and those that are there stay, newest first', async () => {
    const before = await place.store.secrets.ensure();
    await place.sql("DELETE FROM secrets WHERE purpose = 'cookie'");
    place.clock.pass(60);
    const after = await place.store.secrets.ensure();
    expect(after.refreshKeys).toEqual(before.refreshKeys);
    expect(after.cookieKeys).not.toEqual(before.cookieKeys);
  });

  test('ten servers that start at once make one signing key', async () => {
    const stores = await Promise.all(Array.from({ length: 10 }, () => place.another({ poolSize: 2 })));
    let made = 0;
    const lists = await Promise.all(
      stores.map((store) =>
        store.signingKeys.update(async (keys) => {
          if (keys.length > 0) return keys;
          made++;
          return [newKey()];
        }),
      ),
    );
    expect(made).toBe(1);
    for (const list of lists) expect(list).toEqual(lists[0]);
    expect(await place.store.signingKeys.list()).toEqual(lists[0]);
  });

  test('keys come back as they were stored, change their dates, and leave', async () => {
    const { signingKeys } = place.store;
    const [old, fresh] = [newKey(), newKey({ algorithm: 'ES256', createdAt: place.clock.in(1) })];
    await signingKeys.update(async () => [old, fresh]);
    expect(await signingKeys.list()).toEqual([old, fresh]);
    const retired = { ...old, retiredAt: place.clock.in(60), removeAt: place.clock.in(900) };
    await signingKeys.update(async () => [retired, fresh]);
    expect(await signingKeys.list()).toEqual([retired, fresh]);
    await signingKeys.update(async () => [fresh]);
    expect(await signingKeys.list()).toEqual([fresh]);
  });

  test('a change that fails changes nothing, and the next one goes through', async () => {
    const { signingKeys } = place.store;
    const key = newKey();
    await signingKeys.update(async () => [key]);
    const failing = signingKeys.update(async () => {
      throw new Error('no entropy');
    });
    await expect(failing).rejects.toThrow('no entropy');
    expect(await signingKeys.update(async (keys) => keys)).toEqual([key]);
  });

  // Attack: somebody who can write to the database puts a key of theirs in the place of ours.
  test('a private half that was moved to another key does not open', async () => {
    const [one, two] = [newKey(), newKey()];
    await place.store.signingKeys.update(async () => [one, two]);
    await place.sql(
      `UPDATE signing_keys SET private_jwk_sealed =
         (SELECT k.private_jwk_sealed FROM signing_keys k WHERE k.kid = $1) WHERE kid = $2`,
      [one.kid, two.kid],
    );
    await expect(place.store.signingKeys.list()).rejects.toMatchObject({ name: 'SealBroken' });
  });

  test('a lost sealing key stops the start and says to restore it', async () => {
    await place.another({ seal: newSeal() });
    await place.store.secrets.ensure();
    await expect(place.another({ seal: newSeal() })).rejects.toThrow(/Restore the key that was in use/);
    await place.sql('DELETE FROM secrets');
    await place.store.signingKeys.update(async () => [newKey()]);
    await expect(place.another({ seal: newSeal() })).rejects.toThrow(/Restore the key that was in use/);
    await place.sql('DELETE FROM signing_keys');
    const unit = place.store.unit();
    unit.identities.save({
      subject: 'ann',
      connectorId: 'corp',
      identity: { upstreamId: '1', username: 'ann', groups: [], state: null },
      checkedAt: place.clock.now(),
      lastLoginAt: place.clock.now(),
    });
    await unit.commit('success');
    await expect(place.another({ seal: newSeal() })).rejects.toThrow(/Restore the key that was in use/);
  });

  test('a sealing key is replaced by adding the new one before the old', async () => {
    const [oldKey, newKeyBytes] = [randomBytes(32), randomBytes(32)];
    const before = await place.another({ seal: openSeal([{ id: 'old', key: oldKey }]) });
    const secrets = await before.secrets.ensure();
    const both = openSeal([
      { id: 'new', key: newKeyBytes },
      { id: 'old', key: oldKey },
    ]);
    expect(await (await place.another({ seal: both })).secrets.ensure()).toEqual(secrets);
  });

  test('whether sealed rows are there can be asked before there is a key, or even a table', async () => {
    const empty = await freshDatabase({ version, migrated: false });
    expect(await holdsSealedRows(empty.url)).toBe(false);
    await empty.drop();
    expect(await holdsSealedRows(place.db.url)).toBe(false);
    await place.store.secrets.ensure();
    expect(await holdsSealedRows(place.db.url)).toBe(true);
  });

  test('a database without our tables is told to be migrated', async () => {
    const empty = await freshDatabase({ version, migrated: false });
    await expect(place.another({ url: empty.url })).rejects.toThrow('Run `gatehouse migrate`');
    await empty.drop();
  });
});
