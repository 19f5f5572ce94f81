/** Attack: requests without end, by nobody in particular, fill the database. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appRedirect, client, type House, openHouse, passwordOf } from '../support/house.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { answerFor, begin, typePassword } from '../support/sign-in-steps.ts';

const pendingSignIns = 50;
const arrivalsPerLogin = 5;

let house: House;
beforeAll(async () => {
  const clients = [
    client('app', { secrets: [{ fromEnv: 'APP_SECRET' }], connectors: ['corp'] }),
    client('web', { public: true, connectors: ['sso'] }),
  ];
  house = await openHouse({ config: { clients, limits: { pendingSignIns }, trustedProxies: ['127.0.0.1'] } });
});
afterAll(() => house.close());

/** Every table that has rows, with their number. */
async function rows(): Promise<Record<string, number>> {
  const tables = await house.sql<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
  );
  const counted: [string, number][] = [];
  for (const { name } of tables) {
    const [row] = await house.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${name}`);
    if (row && row.n > 0) counted.push([name, row.n]);
  }
  return Object.fromEntries(counted);
}

/** Some at a time, as many as there are. */
async function flood(count: number, request: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, k) => request(n + k)));
  }
}

/** A browser at an address of its own, behind a proxy. */
function browserAt(n: number): HttpBrowser {
  return new HttpBrowser((url, init) => {
    const headers = new Headers(init?.headers);
    headers.set('x-forwarded-for', `192.0.2.${n % 250}`);
    return fetch(url, { ...init, headers });
  });
}

test('sign-ins that are begun and left take the place of older ones', async () => {
  const before = await rows();
  const { url } = await (await house.party('app')).authorization();
  await flood(400, (n) => browserAt(n).go(url));
  const after = await rows();
  expect(after.interactions).toBe(pendingSignIns);
  expect({ ...after, interactions: 0 }).toEqual({ ...before, interactions: 0 });
});

test('so do logins that are begun at an upstream', async () => {
  const before = await rows();
  const { url } = await (await house.party('web')).authorization();
  await flood(200, (n) => browserAt(n).go(url));
  const after = await rows();
  expect(after.logins).toBe(pendingSignIns);
  expect(after.interactions).toBe(pendingSignIns);
  expect({ ...after, logins: 0, interactions: 0 }).toEqual({ ...before, logins: 0, interactions: 0 });
});

test('answers to no login are not kept at all', async () => {
  const before = await rows();
  await flood(200, (n) =>
    new HttpBrowser().request(`${house.issuer}/callback/sso?state=made-up-${n}&code=x`),
  );
  expect(await rows()).toEqual(before);
});

test('answers to a login that somebody began are kept in small numbers', async () => {
  const browser = new HttpBrowser();
  const link = answerFor(await begin(house, 'web', browser), 'alice');
  await flood(100, () => new HttpBrowser().request(link));
  expect((await rows()).arrivals).toBeLessThanOrEqual(pendingSignIns * arrivalsPerLogin);
  const [most] = await house.sql<{ n: number }>(
    'SELECT count(*)::int AS n FROM arrivals GROUP BY login_slot ORDER BY 1 DESC LIMIT 1',
  );
  expect(most?.n).toBe(arrivalsPerLogin);
});

test('requests with made-up tokens, cookies and sessions leave nothing behind', async () => {
  const before = await rows();
  await flood(60, (n) =>
    fetch(`${house.issuer}/userinfo`, { headers: { authorization: `Bearer made-up-${n}` } }),
  );
  await flood(60, (n) =>
    fetch(`${house.issuer}/logout?state=${n}`, {
      headers: { cookie: `gatehouse_session=${n}` },
      redirect: 'manual',
    }),
  );
  await flood(60, () => fetch(`${house.issuer}/auth?client_id=nobody`, { redirect: 'manual' }));
  const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'x', client_id: 'web' });
  await flood(60, () => fetch(`${house.issuer}/token`, { method: 'POST', body }));
  expect(await rows()).toEqual(before);
});

test('wrong passwords of many names leave a bounded number of counters', async () => {
  const tries = 100;
  const browser = new HttpBrowser();
  const form = await begin(house, 'app', browser);
  await flood(tries + 60, (n) => browser.submit(form, { login: `person-${n}`, password: 'x' }));
  // One for each account that could be tried, and one for the address.
  expect((await rows()).rate_limits).toBe(tries + 1);
});

test('whoever begins after the flood signs in as always', async () => {
  await house.sql('DELETE FROM rate_limits');
  const rp = await house.party('app');
  expect((await rp.signIn('alice', passwordOf('alice'))).claims()?.preferred_username).toBe('alice');
});

// Attack: one computer begins sign-ins until there is no place left for anybody else's.
test.each(['app', 'web'])('one address does not push out what others have begun at %s', async (clientId) => {
  const { url } = await (await house.party(clientId)).authorization();
  const mine = browserAt(1);
  const form = await mine.go(url);
  await flood(3 * pendingSignIns, () => browserAt(2).go(url));
  const end =
    clientId === 'app'
      ? await typePassword(mine, form, 'alice')
      : await mine.go(answerFor(form, 'alice'), appRedirect);
  expect(end.location?.searchParams.get('code')).toBeTruthy();
  expect((await browserAt(2).go(url)).status).toBe(429);
});

// Attack: one sign-in goes on without having signed in, again and again, and takes a place each time.
test('nor by going on with a single one', async () => {
  const { url } = await (await house.party('app')).authorization();
  const attacker = browserAt(3);
  let page = await attacker.go(url);
  for (let n = 0; n < pendingSignIns && page.status === 200; n += 1) {
    page = await attacker.go(page.url.href.replace(/\/login\/([^/]+).*/, '/auth/$1'));
  }
  expect(page.status).toBe(429);
});
