/** Refresh tokens and codes on several server processes, some of which die at the worst moment. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DroppingProxy, startDroppingProxy } from '../support/dropping-proxy.ts';
import type { Gatehouse } from '../support/gatehouse.ts';
import { type House, nativeRedirect, openHouse, passwordOf } from '../support/house.ts';
import { type Answer, post } from '../support/oidc-flow.ts';
import { until } from '../support/until.ts';

describe('refresh tokens on two processes', () => {
  let house: House;
  let second: Gatehouse;
  beforeAll(async () => {
    house = await openHouse();
    second = await house.replica();
  });
  afterAll(() => house.close());

  test('twenty uses of one token at once are all answered, and one lineage is left', async () => {
    const token = await signIn(house);
    const before = await sessions(house);
    const addresses = [house.gatehouse.address, second.address];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => refresh(addresses[index % 2] ?? '', token)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const given = [...new Set(answers.map(tokenOf))];
    expect(given).toHaveLength(1);
    const after = await sessions(house);
    expect(after).toHaveLength(before.length);
    expect(after.at(-1)).toMatchObject({ generation: 2, ended_at: null });
    // Whoever was given it can go on, on either process, and so can one who still has the first.
    for (const address of addresses) expect((await refresh(address, given[0] ?? '')).status).toBe(200);
    expect((await refresh(second.address, token)).status).toBe(200);
    expect((await sessions(house)).at(-1)).toMatchObject({ ended_at: null });
  });

  test('forty rounds of racing end in one lineage that still works', async () => {
    let token = await signIn(house);
    for (let round = 0; round < 40; round += 1) {
      const answers = await Promise.all(
        [1, 2, 3, 4, 5].map((n) => refresh(n % 2 ? house.issuer : second.address, token)),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      token = tokenOf(answers[round % 5]);
    }
    expect((await sessions(house)).at(-1)).toMatchObject({ ended_at: null });
  });
});

describe('with a short grace window', () => {
  let house: House;
  let second: Gatehouse;
  let proxy: DroppingProxy;
  beforeAll(async () => {
    house = await openHouse({ config: { tokens: { refreshGrace: '1s' } } });
    second = await house.replica();
    proxy = await startDroppingProxy(second.address);
  });
  afterAll(async () => {
    await proxy.stop();
    await house.close();
  });

  test('an answer that got lost and is asked for again after the window is no theft', async () => {
    const token = await signIn(house);
    proxy.dropNext();
    await expect(refresh(proxy.address, token)).rejects.toThrow();
    expect((await sessions(house)).at(-1)).toMatchObject({ generation: 2, ended_at: null });
    await windowOver(house);
    const retried = await refresh(house.issuer, token);
    expect(retried.status).toBe(200);
    expect((await refresh(house.issuer, tokenOf(retried))).status).toBe(200);
  });

  test('an answer that got lost twice is still given the third time', async () => {
    const token = await signIn(house);
    for (let loss = 0; loss < 2; loss += 1) {
      proxy.dropNext();
      await expect(refresh(proxy.address, token)).rejects.toThrow();
      await windowOver(house);
    }
    expect((await refresh(second.address, token)).status).toBe(200);
  });

  test('a server that is killed between the write and the answer loses nothing', async () => {
    const token = await signIn(house);
    const doomed = await house.replica();
    const line = await startDroppingProxy(doomed.address);
    line.dropNext(() => doomed.kill());
    await expect(refresh(line.address, token)).rejects.toThrow();
    await line.stop();
    expect((await sessions(house)).at(-1)).toMatchObject({ generation: 2, ended_at: null });
    await windowOver(house);
    const retried = await refresh(second.address, token);
    expect(retried.status).toBe(200);
    expect((await refresh(house.issuer, tokenOf(retried))).status).toBe(200);
  });

  // Attack: a stolen refresh token is used after its owner has moved on.
  test('a thief who comes after the owner ends the session, for good and for both', async () => {
    const stolen = await signIn(house);
    const owners = tokenOf(await refresh(house.issuer, stolen));
    const newest = tokenOf(await refresh(house.issuer, owners));
    await windowOver(house);
    await refused(await refresh(second.address, stolen));
    await refused(await refresh(house.issuer, newest));
    expect((await sessions(house)).at(-1)?.ended_at).not.toBeNull();
  });

  // Attack: a stolen refresh token is used before its owner comes back to it.
  test('an owner who comes after the thief ends the session, for good and for both', async () => {
    const owners = await signIn(house);
    const thiefs = tokenOf(await refresh(second.address, owners));
    const newest = tokenOf(await refresh(second.address, thiefs));
    await windowOver(house);
    await refused(await refresh(house.issuer, owners));
    await refused(await refresh(second.address, newest));
    expect((await sessions(house)).at(-1)?.ended_at).not.toBeNull();
  });

  test('the access tokens of a session that ended open nothing either', async () => {
    const stolen = await signIn(house);
    const first = await refresh(house.issuer, stolen);
    await refresh(house.issuer, tokenOf(first));
    await windowOver(house);
    await refused(await refresh(second.address, stolen));
    const headers = { authorization: `Bearer ${first.json.access_token}` };
    expect((await fetch(`${house.issuer}/userinfo`, { headers })).status).toBe(401);
  });
});

describe('a code exchange that breaks off', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse();
    await house.sql(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'a fault of the tests'; END $$`);
    await house.sql(`CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
      $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$`);
  });
  afterAll(() => house.close());

  test.each([
    ['an error in the last statement', 'fail', 'offline_sessions', 500],
    ['an error after the code was marked as used', 'fail', 'access_tokens', 500],
    ['a connection that is cut', 'hang_up', 'offline_sessions', 503],
  ])('%s leaves the code usable', async (_, act, table, status) => {
    const form = await codeForm(house);
    await house.sql(
      `CREATE TRIGGER fault BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${act}()`,
    );
    const broken = await post(house, '/token', form);
    await house.sql(`DROP TRIGGER fault ON ${table}`);
    expect(broken.status).toBe(status);
    expect(broken.json).toMatchObject({ error: expect.any(String), error_description: expect.any(String) });
    const retried = await post(house, '/token', form);
    expect(retried.status).toBe(200);
    expect((await refresh(house.issuer, tokenOf(retried))).status).toBe(200);
  });

  test('an error in a refresh leaves the token usable', async () => {
    const token = await signIn(house);
    await house.sql(
      'CREATE TRIGGER fault BEFORE UPDATE ON offline_sessions FOR EACH ROW EXECUTE FUNCTION fail()',
    );
    const broken = await refresh(house.issuer, token);
    await house.sql('DROP TRIGGER fault ON offline_sessions');
    expect(broken.status).toBe(500);
    expect((await refresh(house.issuer, token)).status).toBe(200);
  });
});

async function codeForm(house: House): Promise<Record<string, string>> {
  const rp = await house.party('kubernetes');
  const { url, verifier } = await rp.authorization();
  const page = await rp.browser.go(url, nativeRedirect);
  const end = await rp.browser.submit(
    page,
    { login: 'alice', password: passwordOf('alice') },
    nativeRedirect,
  );
  return {
    grant_type: 'authorization_code',
    client_id: 'kubernetes',
    code: end.location?.searchParams.get('code') ?? '',
    redirect_uri: nativeRedirect,
    code_verifier: verifier,
  };
}

/** A fresh offline session. */
async function signIn(house: House): Promise<string> {
  const rp = await house.party('kubernetes');
  return (await rp.signIn('alice', passwordOf('alice'))).refresh_token ?? '';
}

function refresh(address: string, token: string): Promise<Answer> {
  const form = { grant_type: 'refresh_token', client_id: 'kubernetes', refresh_token: token };
  return post({ issuer: address }, '/token', form);
}

function tokenOf(answer: Answer | undefined): string {
  expect(answer?.json.refresh_token).toEqual(expect.any(String));
  return String(answer?.json.refresh_token);
}

async function refused(answer: Answer): Promise<void> {
  expect(answer.status).toBe(400);
  expect(answer.json.error).toBe('invalid_grant');
}

interface SessionRow {
  readonly generation: number;
  readonly ended_at: Date | null;
}

/** The offline sessions, oldest first. */
function sessions(house: House): Promise<readonly SessionRow[]> {
  return house.sql<SessionRow>('SELECT generation, ended_at FROM offline_sessions ORDER BY created_at');
}

/** By the clock of the database, which is that of the servers: all run on this machine. */
async function windowOver(house: House): Promise<void> {
  await until('the grace window to close', async () => {
    const [row] = await house.sql<{ over: boolean }>(
      `SELECT bool_and(clock_timestamp() > at + interval '1.1 seconds') AS over
       FROM offline_sessions, unnest(succeeded_at) AS at`,
    );
    return row?.over;
  });
}
